"""The file that spark-submit is given; the code archive beside it holds everything else."""

from platform_assets.compute.emr.driver import main

main()

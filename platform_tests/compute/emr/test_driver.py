"""The driver does not start where nobody would hear of it."""

import pytest

from platform_assets.compute.emr.driver import main
from platform_assets.compute.emr.errors import OutsideOfPipes


def test_a_driver_that_nobody_listens_to_refuses_to_start():
    with pytest.raises(OutsideOfPipes, match="nobody would see what it does"):
        main(["--job", "s3://b/job.json", "--result", "s3://b/result.json", "--limit-seconds", "60"])

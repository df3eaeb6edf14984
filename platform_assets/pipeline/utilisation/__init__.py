"""What a job on Spark made of its machines: read after the job, kept as a table, shown with the materialisation."""

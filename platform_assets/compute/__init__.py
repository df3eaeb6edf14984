"""WHERE code runs: a serialisable job description, and the engines that execute it."""

from platform_assets.compute.job import EventLog, FailedAttempt, Job, JobResult, Output, StagedFiles, TableInput
from platform_assets.compute.run import run_job

__all__ = ["EventLog", "FailedAttempt", "Job", "JobResult", "Output", "StagedFiles", "TableInput", "run_job"]

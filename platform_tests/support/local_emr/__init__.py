"""A local EMR: Amazon's EMR, EC2 prices, CloudWatch and S3 as one HTTP endpoint, with a real Spark behind each step.

``with local_emr(folder) as emr:`` starts it; ``emr.endpoint`` is the ``endpoint_url`` of boto3 for ``emr``, ``ec2``,
``s3`` and what else moto knows, ``emr.environment()`` the same for a subprocess. A cluster is STARTING, BOOTSTRAPPING,
RUNNING, WAITING, TERMINATING and TERMINATED (or TERMINATED_WITH_ERRORS) as on Amazon, only sooner: one documented
minute (timeouts of fleets, idle time, the notice before a spot instance goes) lasts ``emr.minute`` seconds.

EMR is written here and not added to moto's, where nothing takes time: clusters are ready at once, steps never end, and
fleets, policies and cancelling are dropped or unknown.

A step is ``command-runner.jar`` with ``spark-submit ...``, run by the installed Spark as ``local[2]``, or with any
other command. What comes from s3:// is fetched beforehand as YARN does it; spark-defaults and spark-env of the
cluster's configurations hold; s3:// is read and written through S3A. Logs come gzipped under the LogUri in EMR's
layout: with ``--deploy-mode cluster`` the driver's in ``containers/``, else in ``steps/``. The process knows nothing of
the test's environment but its Python, which holds the platform already: an archive with another one is used if the
step says so. Bootstrap actions run, without root and once for all machines: see ``bootstrap``.

With the application AmazonCloudWatchAgent the machines report figures of this one to CloudWatch, which lists a metric
15 minutes after its first value.

Tags of a cluster choose the machine and what goes wrong on it (or ``with emr.injected({...}):`` for the next clusters):

=============================== ==============================================================================
``local-emr:executors``         so many executors as processes of their own (``local-cluster[N,1,1024]``)
``fault:slow-start``            so many seconds more in STARTING
``fault:no-capacity``           what EC2 has none of: ``SPOT``, ``ON_DEMAND`` or instance types, separated by spaces
``fault:bootstrap``             ``fails``: the first bootstrap action ends with 1 on the primary node
``fault:spot-loss``             ``before-step``: the spot instances go before the first step; ``during-step``:
                                2 minutes' notice, then they go, and the driver with them; ``executor``: one
                                executor and its instance
``fault:step``                  ``fails``: the step's command ends with 1; ``hangs``: it stops for ever
``fault:after-output``          faults during the step wait until its output holds this text (else: at once)
``fault:throttled``             this share of the EMR calls of who started it: ThrottlingException
``fault:denied``                these EMR operations, separated by spaces, are refused: AccessDeniedException
``fault:expired``               after so many more EMR calls the credentials of who started it have expired
``fault:s3-slow-down``          this share of the cluster's own S3 calls: 503 SlowDown (the local store only)
=============================== ==============================================================================

A refusal by tag holds until the cluster has ended. Codes and error details are those of Amazon's API reference. Its
messages are not documented: these are close to what people report, and clients must not read them.
"""

from local_emr.access import Refusal
from local_emr.server import LocalEmr, local_emr
from local_emr.spot_market import Offer
from local_emr.store import ObjectStore

__all__ = ["LocalEmr", "ObjectStore", "Offer", "Refusal", "local_emr"]

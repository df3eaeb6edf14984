"""S3 lifecycle rules: the form is checked against Amazon's published definition of PutBucketLifecycleConfiguration."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.lake.lifecycle import MOST_RULES, NotABucket, TooManyRules, lifecycle_configuration
from platform_assets.lake.policy import RetentionPolicy

# Fields and limits from https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html and the pages it names.
RULE_FIELDS = {
    "ID",
    "Status",
    "Filter",
    "Transitions",
    "Expiration",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
}
YOUNGEST = {"GLACIER_IR": 0, "STANDARD_IA": 30}

policies = st.builds(
    RetentionPolicy,
    history=st.just(timedelta(days=30)),
    archive_after_days=st.none() | st.integers(31, 4000),
    archive_class=st.sampled_from(["STANDARD_IA", "GLACIER_IR"]),
)
tables = st.dictionaries(st.from_regex(r"[a-z]{1,5}\.[a-z]{1,5}", fullmatch=True), policies, max_size=6)


def assert_valid(configuration: dict[str, Any]) -> None:
    rules = configuration["Rules"]
    assert configuration.keys() == {"Rules"}
    assert 1 <= len(rules) <= MOST_RULES
    assert len({rule["ID"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.keys() <= RULE_FIELDS
        assert len(rule["ID"]) <= 255
        assert rule["Status"] == "Enabled"
        assert rule["Filter"].keys() == {"Prefix"}
        assert not rule["Filter"]["Prefix"].startswith("/")
        assert rule.keys() & {"Transitions", "Expiration", "NoncurrentVersionExpiration"}
        for transition in rule.get("Transitions", []):
            assert transition.keys() == {"Days", "StorageClass"}
            assert transition["Days"] > YOUNGEST[transition["StorageClass"]]
        # A rule that deletes what a table refers to would break the table.
        assert rule.get("Expiration", {}).keys() <= {"ExpiredObjectDeleteMarker"}


@given(declared=tables, prefix=st.sampled_from(["", "/", "/lake", "/deep/er/"]))
def test_rules_have_the_form_that_s3_takes(declared: dict[str, RetentionPolicy], prefix: str) -> None:
    configuration = lifecycle_configuration(f"s3://bucket{prefix}", declared)

    assert_valid(configuration)
    archived = {name for name, policy in declared.items() if policy.archive_after_days is not None}
    assert {rule["ID"] for rule in configuration["Rules"][1:]} == {f"archive-{name}" for name in archived}


def test_a_tables_data_files_move_and_its_metadata_stays() -> None:
    policy = RetentionPolicy(archive_after_days=365)

    configuration = lifecycle_configuration("s3://bucket/lake", {"flight_delay.flights": policy})

    assert configuration["Rules"][1] == {
        "ID": "archive-flight_delay.flights",
        "Status": "Enabled",
        "Filter": {"Prefix": "lake/flight_delay/flights/data/"},
        "Transitions": [{"Days": 365, "StorageClass": "GLACIER_IR"}],
    }


def test_rules_pass_the_validation_of_amazons_own_client() -> None:
    from botocore.session import Session
    from botocore.validate import ParamValidator

    shape = Session().get_service_model("s3").operation_model("PutBucketLifecycleConfiguration").input_shape
    configuration = lifecycle_configuration("s3://bucket/lake", {"a.b": RetentionPolicy(archive_after_days=365)})

    report = ParamValidator().validate({"Bucket": "bucket", "LifecycleConfiguration": configuration}, shape)

    assert not report.has_errors(), report.generate_report()


def test_a_folder_has_no_rules() -> None:
    with pytest.raises(NotABucket, match=r"/data/lake is not on S3.*--warehouse s3://bucket/prefix"):
        lifecycle_configuration("/data/lake", {})


def test_more_rules_than_a_bucket_takes_are_refused() -> None:
    policy = RetentionPolicy(archive_after_days=365)

    with pytest.raises(TooManyRules, match=r"1001 lifecycle rules.*1000.*Leave out"):
        lifecycle_configuration("s3://bucket", {f"shop.t{number}": policy for number in range(MOST_RULES)})

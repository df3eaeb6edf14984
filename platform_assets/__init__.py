"""An ML data platform in which every dataset, feature set, model, prediction table and drift report is an asset."""

"""WHERE A PREDICTION COMES FROM: a walk from one prediction back to source files, code and contracts."""

from platform_assets.pipeline.explain.chain import explain, explain_all
from platform_assets.pipeline.explain.errors import NotExplained
from platform_assets.pipeline.explain.link import Link
from platform_assets.pipeline.explain.question import Question, by_id, by_key

__all__ = ["Link", "NotExplained", "Question", "by_id", "by_key", "explain", "explain_all"]

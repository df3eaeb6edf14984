"""Names under which a materialisation shows what it used; written by the meter, read by pipeline health."""

CPU_SECONDS = "CPU seconds"
USD = "cost USD"

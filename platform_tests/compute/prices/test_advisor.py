import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from platform_assets.compute.prices.advisor import Advice, fetch_advisor, read_advice
from platform_assets.compute.prices.errors import PricesNotFetched

PUBLISHED = {
    "global_rate": "<10%",
    "instance_types": {"m5.xlarge": {"emr": True, "cores": 4, "ram_gb": 16.0}},
    "ranges": [{"index": 0, "label": "<5%", "dots": 0, "max": 5}],
    "spot_advisor": {
        "us-east-1": {"Linux": {"m5.xlarge": {"s": 65, "r": 1}}, "Windows": {"m5.xlarge": {"s": 40, "r": 3}}}
    },
}


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/spot-advisor-data.json"
        self.send_response(200 if found else 403)
        self.end_headers()
        self.wfile.write(json.dumps(PUBLISHED).encode() if found else b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_figures_of_linux_are_read(site: str) -> None:
    assert read_advice(fetch_advisor(f"{site}/spot-advisor-data.json"), "us-east-1") == {"m5.xlarge": Advice(1, 0.65)}


def test_a_site_that_refuses_is_told(site: str) -> None:
    with pytest.raises(PricesNotFetched, match="Spot Advisor's figures could not be fetched: 403"):
        fetch_advisor(f"{site}/elsewhere")


def test_a_file_of_another_form_is_told() -> None:
    with pytest.raises(PricesNotFetched, match="another form"):
        read_advice(b'{"spot_advisor": {"us-east-1": {"Linux": {"m5.xlarge": {"s": 65, "r": 9}}}}}', "us-east-1")


def test_a_region_that_is_not_listed_is_named() -> None:
    with pytest.raises(PricesNotFetched, match="no region mars-1"):
        read_advice(json.dumps(PUBLISHED).encode(), "mars-1")

"""A headless browser on the Dagster UI over a short replay, after which one broken delivery arrived."""

import base64
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Deployment, Replay

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
STRAY_ROWS = 12


@dataclass(frozen=True)
class Page:
    """What a person does: open an address, wait for words, click on words, look."""

    driver: Any
    address: str
    screenshots: Path | None

    def open(self, path: str, *, width: int = 1500, height: int = 950) -> None:
        view = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
        self.driver.get(path if path.startswith("file:") else self.address + path)

    @property
    def text(self) -> str:
        return str(self.driver.execute_script("return document.body.innerText"))

    def wait_for(self, *words: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while missing := [word for word in words if word not in self.text]:
            assert time.monotonic() < deadline, f"The page does not show {missing}. It shows: {self.text}"
            time.sleep(0.2)

    def click(self, words: str) -> None:
        from selenium.webdriver.common.by import By

        self.wait_for(words)
        self.driver.find_element(By.XPATH, f'//*[text()="{words}"]').click()

    def scroll_up(self, words: str) -> None:
        """Scroll back whatever holds these words: a dialog opens at its buttons."""
        from selenium.webdriver.common.by import By

        found = self.driver.find_elements(By.XPATH, f'//*[contains(text(), "{words}")]')
        self.driver.execute_script("for (let e = arguments[0]; e; e = e.parentElement) e.scrollTop = 0", found[-1])

    def images(self) -> list[dict[str, Any]]:
        """Source and natural width of every image; a picture that could not be rendered has width 0."""
        found = "return [...document.images].map(i => ({source: i.src, width: i.naturalWidth, done: i.complete}))"
        return list(self.driver.execute_script(found))

    def keep(self, name: str) -> None:
        """Save a screenshot, if the run asks for them."""
        time.sleep(1)  # Dialogs and graphs are animated.
        picture = base64.b64decode(self.driver.get_screenshot_as_base64())
        assert len(picture) < 400_000, f"{name} is too large to be committed: {len(picture):,} bytes"
        if self.screenshots is not None:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            (self.screenshots / name).write_bytes(picture)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Headless chromium with an empty profile; skips without it, but not where it is expected (CI=true)."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        if os.environ.get("CI") == "true":
            pytest.fail("CI runs every test, but this one needs chromium: make browser")
        pytest.skip("needs chromium: make browser")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(programs[1]))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def refused(browser: Any, replay: "Replay") -> Iterator["Deployment"]:
    """The short replay; then April's flights arrived with rows of March among them, and were refused."""
    from platform_assets.replay.deliveries import deliver

    assert replay.done.returncode == 0, replay.done.stderr
    with replay.deployment.restored() as deployment:
        deliver(deployment.landing, "2013-04")
        march = (deployment.landing / "flights" / "2013-03.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        file = deployment.landing / "flights" / "2013-04.csv"
        delivered = file.stat().st_mtime
        with file.open("a", encoding="utf-8") as april:
            april.writelines(march[1 : 1 + STRAY_ROWS])
        # A file that was written just now might still be growing, and would come after the weather.
        os.utime(file, (delivered, delivered))
        # A replay of the same months lets the sensors see what else has landed.
        done = deployment.python("-m", "platform_assets.cli", "replay", "--until", "2013-03")
        assert "failed: flights, weather" in done.stdout, done.stdout + done.stderr
        yield deployment


@pytest.fixture(scope="module")
def address(refused: "Deployment") -> Iterator[str]:
    """Address of a Dagster UI over the deployment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "dagster_webserver", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    with (refused.folder / "webserver.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=refused.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/server_info", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def _wait_until_it_answers(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 2 * PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "The webserver ended."
        with contextlib.suppress(urllib.error.URLError, TimeoutError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.5)
    pytest.fail(f"{address} does not answer.")


@pytest.fixture(scope="module")
def page(browser: Any, address: str, pytestconfig: pytest.Config) -> Page:
    """The UI as a person sees it, with the navigation folded away."""
    folder = pytestconfig.getoption("--save-screenshots")
    page = Page(browser, address, Path(folder).resolve() if folder else None)
    page.open("/")
    page.wait_for("Hide navigation")
    page.click("Hide navigation")
    return page

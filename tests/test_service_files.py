"""What runs the app elsewhere, as far as it can be checked without a container engine: paths, versions, and scripts."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from streamlit import config
from typer.testing import CliRunner

from product_matching.cli import app

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
tomllib = pytest.importorskip("tomllib")

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    """Instructions of the Dockerfile with what follows each, lines that are continued joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines) if word]


def values(name: str) -> list[str]:
    return [rest for word, rest in instructions() if word == name]


def copied() -> list[str]:
    """Sources of COPY of this folder."""
    return [source for rest in values("COPY") if not rest.startswith("--from") for source in rest.split()[:-1]]


def test_every_copied_path_is_there_and_in_the_context() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert len(copied()) > 10
    for source in copied():
        assert list(ROOT.glob(source)), source
        assert any(fnmatch(source, each) or source.startswith(f"{each}/") for each in allowed), source
    for secret in (".streamlit/secrets.toml", "data", "embeddings/mine", ".git"):
        assert not any(fnmatch(secret, each) or secret.startswith(f"{each}/") for each in allowed), secret


def test_everything_that_the_app_reads_is_copied() -> None:
    needed = ["product_matching", "pages", "streamlit_app.py", "streamlit_service.py", ".streamlit/config.toml"]
    needed += ["models", "embeddings/demo", "streamlit_out", "docs/comparison.json"]
    assert set(needed) <= set(copied())


def test_versions_are_those_of_the_project() -> None:
    python = next(rest for rest in values("ARG") if rest.startswith("PYTHON=")).partition("=")[2]
    matrix = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["tests"]["strategy"]["matrix"]
    assert python in matrix["python-version"]
    assert json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())["image"].endswith(f":{python}")
    wanted = {line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("torch")}
    assert set(re.findall(r'"(torch[^"]*)"', "".join(values("RUN")))) == wanted
    extras = PROJECT["tool"]["setuptools"]["dynamic"]["optional-dependencies"]
    assert extras["login"]["file"] == ["requirements-login.txt"]


def test_the_container_runs_as_a_user_that_writes_to_its_volume_alone() -> None:
    words = [word for word, _ in instructions()]
    assert values("USER") == ["app"]
    assert words.index("USER") < words.index("CMD")
    assert "--uid 1000" in "".join(values("RUN"))
    (volume,) = values("VOLUME")
    (environment,) = (rest for rest in values("ENV") if "PRODUCT_MATCHING_HOME" in rest)
    written = dict(each.split("=") for each in environment.split())
    names = ("PRODUCT_MATCHING_HOME", "PRODUCT_MATCHING_EMBEDDINGS", "TMPDIR")
    assert all(written[name].startswith(f"{volume}/") for name in names)


def test_what_the_container_starts_is_there_and_its_options_are_known() -> None:
    (start,) = values("CMD")
    command = json.loads(start)
    assert command[:3] == ["streamlit", "run", "streamlit_service.py"]
    options = dict(option.removeprefix("--").split("=") for option in command[3:])
    assert options == {"server.address": "0.0.0.0", "server.port": "8501", "server.headless": "true"}
    assert set(options) <= set(config.get_config_options())
    assert values("EXPOSE") == [options["server.port"]]
    assert config.get_config_options()["server.baseUrlPath"].env_var == "STREAMLIT_SERVER_BASE_URL_PATH"
    assert json.loads(values("ENTRYPOINT")[0]) == ["sh", "docker/start.sh"]
    (health,) = values("HEALTHCHECK")
    assert json.loads(health.partition("CMD ")[2]) == ["python", "docker/health.py"]


def test_compose_keeps_the_port_to_this_machine_and_the_rest_read_only() -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    service = composed["services"]["app"]
    assert service["ports"] == ["127.0.0.1:8501:8501"]
    assert service["volumes"] == ["data:/data"]
    assert set(composed["volumes"]) == {"data"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_the_files_of_hosts_are_what_they_read() -> None:
    space = yaml.safe_load((ROOT / "docker/spaces/README.md").read_text(encoding="utf-8").split("---")[1])
    assert (space["sdk"], str(space["app_port"])) == ("docker", values("EXPOSE")[0])
    assert (ROOT / "packages.txt").read_text().split() == ["libgomp1"]
    assert "libgomp1" in "".join(values("RUN"))
    dev = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert dev["forwardPorts"] == [8501]
    (target,) = re.findall(r"make (\w+)", dev["postCreateCommand"])
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    tree = ast.parse((ROOT / "streamlit_service.py").read_text(encoding="utf-8"))
    assert any(isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "app" for node in tree.body)


@pytest.mark.skipif(os.name == "nt", reason="a script of the container")
def test_the_start_script_makes_the_folders_and_gives_the_demo_to_an_empty_volume_alone(tmp_path: Path) -> None:
    (tmp_path / "embeddings" / "demo").mkdir(parents=True)
    (tmp_path / "embeddings" / "demo" / "manifest.json").touch()
    places = {"PRODUCT_MATCHING_HOME": "home", "PRODUCT_MATCHING_EMBEDDINGS": "held", "TMPDIR": "tmp"}
    environment = {**os.environ, **{name: str(tmp_path / "data" / place) for name, place in places.items()}}
    command = ["sh", str(ROOT / "docker" / "start.sh"), "echo", "two words"]

    def start() -> str:
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    held = tmp_path / "data" / "held"
    assert start() == "two words\n"
    assert [path.name for path in held.iterdir()] == ["demo"]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["held", "home", "tmp"]
    (held / "demo").rename(held / "mine")
    start()
    assert [path.name for path in held.iterdir()] == ["mine"]


@pytest.fixture
def healthy() -> Iterator[int]:
    """Port of a server that answers at one path alone."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/a/b/_stcore/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def test_the_health_check_asks_below_the_prefix(healthy: int) -> None:
    def status(prefix: str) -> int:
        environment = {**os.environ, "STREAMLIT_SERVER_PORT": str(healthy), "STREAMLIT_SERVER_BASE_URL_PATH": prefix}
        return subprocess.run([sys.executable, ROOT / "docker/health.py"], env=environment, stderr=-3).returncode

    assert [status("/a/b/"), status("")] == [0, 1]


def test_serve_starts_the_service_with_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, command: started.append(command))
    assert CliRunner().invoke(app, ["serve", "--prefix", "/shop/app/", "--port", "81"]).exit_code == 0
    assert CliRunner().invoke(app, ["serve", "--prefix", "a b"]).exit_code == 2
    assert [*map(str, started[0][1:])] == shlex.split(
        f"-m streamlit run {ROOT / 'streamlit_service.py'} --server.address=127.0.0.1 --server.port=81 "
        "--server.baseUrlPath=shop/app --server.headless=true"
    )
    monkeypatch.setattr(sys.modules["product_matching.cli.serve"], "service_file", lambda: ROOT / "gone.py")
    assert "needs the project's folder" in str(CliRunner().invoke(app, ["serve"]).exception)

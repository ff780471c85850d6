"""Exit with status 1 where the server does not answer; the health check of the container."""

import os
import sys
from urllib.request import urlopen

prefix = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
try:
    with urlopen(f"http://127.0.0.1:{port}/{prefix + '/' if prefix else ''}_stcore/health", timeout=4) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except OSError as error:
    sys.exit(str(error))

# The app with its HTTP service: docs/service.md. Build: docker build -t product-matching .
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS packages
# PyTorch's own index has a build without GPU libraries; --build-arg TORCH_INDEX= takes the default build instead.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt requirements-login.txt ./
RUN if [ -n "$TORCH_INDEX" ]; then /venv/bin/pip install "torch>=2.8" "torchvision>=0.23" --index-url "$TORCH_INDEX"; fi \
    && /venv/bin/pip install -r requirements.txt -r requirements-login.txt

FROM python:${PYTHON}-slim
# OpenMP, which LightGBM's package does not bring.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home --shell /usr/sbin/nologin app
WORKDIR /app
COPY --from=packages /venv /venv
COPY pyproject.toml requirements*.txt README.md LICENSE streamlit_app.py streamlit_service.py ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY docker/start.sh docker/health.py docker/
COPY docs/comparison.json docs/comparison.json
COPY streamlit_out streamlit_out
COPY models models
COPY embeddings/demo embeddings/demo
COPY pages pages
COPY product_matching product_matching
ENV PATH=/venv/bin:$PATH
RUN pip install --no-cache-dir --no-deps --editable . \
    && python -m compileall -q product_matching pages \
    && mkdir /data \
    && chown app:app /data

# All that the app writes: catalogues, decisions, caches, and files on their way.
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PRODUCT_MATCHING_HOME=/data/home \
    PRODUCT_MATCHING_EMBEDDINGS=/data/embeddings \
    TMPDIR=/data/tmp
VOLUME /data
USER app
EXPOSE 8501
# With a path prefix, which STREAMLIT_SERVER_BASE_URL_PATH gives to the server as well.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "docker/health.py"]
ENTRYPOINT ["sh", "docker/start.sh"]
CMD ["streamlit", "run", "streamlit_service.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]

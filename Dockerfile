# The service in a container: `docker build -t g7graph .`, then see deploy/compose.yaml for how to run it shut in.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
ENV PIP_CONSTRAINT=/src/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY constraints.txt ./
COPY pyproject.toml README.md LICENSE LICENSE-DATA.md ./
COPY g7graph g7graph
COPY ontology ontology
COPY queries queries
COPY data data
RUN python -m pip wheel --wheel-dir /wheels ".[parquet]"
RUN python -m venv /opt/g7graph \
 && /opt/g7graph/bin/python -m pip install --no-index --find-links /wheels "g7graph[parquet]"

# What can be downloaded whole is made once, here.
RUN /opt/g7graph/bin/g7graph build --output /opt/dist

FROM python:${PYTHON}-slim
COPY --from=build /opt/dist/dumps /opt/dumps
COPY --from=build /opt/g7graph /opt/g7graph
ENV PATH=/opt/g7graph/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 TMPDIR=/tmp
WORKDIR /tmp
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["g7graph"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--access-log", "-", "--dumps", "/opt/dumps"]

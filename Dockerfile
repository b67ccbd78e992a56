# docker build -t linreg . && docker run --rm -v "$PWD:/data" linreg count examples/iris-2d.json
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE linreg_start.py ./
COPY requirements/locked.txt requirements/
COPY linreg linreg
RUN python -m venv /opt/linreg \
    && /opt/linreg/bin/pip install --no-cache-dir --constraint requirements/locked.txt ".[onnx]"

FROM python:3.13-slim
COPY --from=build /opt/linreg /opt/linreg
RUN useradd --create-home --uid 1000 linreg
USER linreg
ENV PATH=/opt/linreg/bin:$PATH NUMBA_CACHE_DIR=/home/linreg/machine-code
# Compiled once, so that no count waits for it.
RUN linreg warm-up
WORKDIR /data
ENTRYPOINT ["linreg"]
CMD ["--help"]

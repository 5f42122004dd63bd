# One image for every program: `talktime api`, `talktime signaling`, `talktime worker`, `talktime migrate`.
ARG PYTHON_VERSION=3.11

# What is needed to build stays behind here.
FROM python:${PYTHON_VERSION}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all:
WORKDIR /build
COPY requirements.txt requirements-dev.txt ./
RUN python -m venv /opt/talktime \
 && /opt/talktime/bin/pip install --require-hashes -r requirements.txt
RUN python -m venv /opt/tools \
 && /opt/tools/bin/pip install --require-hashes -r requirements-dev.txt
COPY pyproject.toml README.md LICENSE ./
COPY shared shared
COPY migrations migrations
COPY api api
COPY signaling signaling
COPY billing_worker billing_worker
COPY talktime talktime
RUN /opt/tools/bin/pip wheel --no-build-isolation --no-deps --no-index --wheel-dir dist . \
 && /opt/talktime/bin/pip install --no-deps --no-index dist/*.whl \
 && /opt/talktime/bin/python -m compileall -q /opt/talktime/lib

FROM python:${PYTHON_VERSION}-slim-bookworm
ENV PATH=/opt/talktime/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# The folders give their owner to the volumes that are mounted there (docker-compose.yml).
RUN groupadd --system --gid 10001 talktime \
 && useradd --system --uid 10001 --gid talktime --no-create-home --home-dir /nonexistent talktime \
 && install -d -o talktime -g talktime -m 0755 /keys /keys/private /keys/public
COPY --from=build /opt/talktime /opt/talktime
USER 10001:10001
WORKDIR /tmp
STOPSIGNAL SIGTERM
EXPOSE 8000 8001
ENTRYPOINT ["talktime"]
CMD ["--help"]

# One image for every program: `talktime api`, `talktime signaling`, `talktime worker`, `talktime migrate`.
ARG PYTHON_VERSION=3.11
ARG NODE_VERSION=24

# What the programs need to run.
FROM python:${PYTHON_VERSION}-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all:
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv /opt/talktime \
 && /opt/talktime/bin/pip install --require-hashes -r requirements.txt

# What they say of their messages; the browser client's types are made of it.
FROM packages AS schemas
COPY shared shared
COPY api api
COPY signaling signaling
RUN mkdir /schemas \
 && /opt/talktime/bin/python -m api.docs /schemas \
 && /opt/talktime/bin/python -m signaling.protocol /schemas

FROM node:${NODE_VERSION}-bookworm-slim AS page
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
COPY web/client/package.json client/
COPY web/page/package.json page/
RUN npm ci
COPY web ./
COPY --from=schemas /schemas /schemas
RUN TALKTIME_SCHEMAS=/schemas npm run build

# What is needed to build stays behind here.
FROM packages AS build
COPY requirements-dev.txt ./
RUN python -m venv /opt/tools \
 && /opt/tools/bin/pip install --require-hashes -r requirements-dev.txt
COPY pyproject.toml README.md LICENSE ./
COPY shared shared
COPY migrations migrations
COPY api api
COPY signaling signaling
COPY billing_worker billing_worker
COPY talktime talktime
COPY --from=page /build/api/page/built api/page/built
RUN /opt/tools/bin/pip wheel --no-build-isolation --no-deps --no-index --wheel-dir dist . \
 && /opt/talktime/bin/pip install --no-deps --no-index dist/*.whl \
 && /opt/talktime/bin/python -m compileall -q /opt/talktime/lib

FROM python:${PYTHON_VERSION}-slim-bookworm
ENV PATH=/opt/talktime/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# The folders give their owner to the volumes that are mounted there (docker-compose.yml).
RUN groupadd --system --gid 10001 talktime \
 && useradd --system --uid 10001 --gid talktime --no-create-home --home-dir /nonexistent talktime \
 && install -d -o talktime -g talktime -m 0755 /keys /keys/private /keys/public /keys/turn /keys/tickets /journal
COPY --from=build /opt/talktime /opt/talktime
USER 10001:10001
WORKDIR /tmp
STOPSIGNAL SIGTERM
EXPOSE 8000 8001
ENTRYPOINT ["talktime"]
CMD ["--help"]

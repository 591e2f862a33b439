# Builds MarketFlow from this folder and leaves what it needs to run. compose.yaml starts it; docs/running.md says more.
FROM swift:6.3-bookworm AS build
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# Before the sources: what comes from Debian and PyPI is fetched once.
COPY scripts scripts
RUN mkdir Web && scripts/setup --install
COPY . .
RUN make install PREFIX=/opt/marketflow

FROM debian:bookworm-slim
# Debian's newest versions of libraries that face the network.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends \
    ca-certificates curl libcap2 libcurl4 libsimdjson14 libssl3 libstdc++6 libwebsockets17 libzstd1 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 marketflow \
    && useradd --system --uid 10001 --gid 10001 --no-create-home marketflow \
    && install -d -o marketflow -g marketflow /data
COPY --from=build /opt/marketflow /opt/marketflow
ENV PATH=/opt/marketflow/bin:$PATH MARKETFLOW_DATA_DIRECTORY=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=30s --interval=30s --timeout=5s CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8000/health"]
ENTRYPOINT ["marketflow"]
# All interfaces of the container: who reaches it, the published port decides.
CMD ["serve", "--host", "0.0.0.0"]

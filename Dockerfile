# The image of infini-mcp: the binary, the libraries it is linked with, the roots of TLS, and nothing else.

FROM rust:1.95.0-bookworm AS build
WORKDIR /build
COPY . .
# What was compiled before is kept between builds, so that only what changed is compiled again. The caches are no part of any image.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/build/target,sharing=locked \
    cargo build --profile dist --locked --bin infini-mcp \
    && cp target/dist/infini-mcp /infini-mcp
RUN deploy/root.sh /infini-mcp /root-of-image

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=""
LABEL org.opencontainers.image.title="infini-mcp" \
      org.opencontainers.image.description="An MCP server for Infinigate and StartInfinity" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
COPY --from=build --chown=0:0 /root-of-image/system/ /
# New volumes take the owner of these folders.
COPY --from=build --chown=65532:65532 /root-of-image/volumes/ /
# Users and credentials are looked for in config/ and data/ below the working folder, where the predecessor kept them.
WORKDIR /
ENV MCP_TRANSPORT=http \
    MCP_HTTP_HOST=0.0.0.0 \
    MCP_HTTP_PORT=3000 \
    XDG_STATE_HOME=/data \
    LOG_FORMAT=json
VOLUME ["/config", "/data"]
EXPOSE 3000
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD ["/usr/local/bin/infini-mcp", "health"]
ENTRYPOINT ["/usr/local/bin/infini-mcp"]
CMD ["serve"]

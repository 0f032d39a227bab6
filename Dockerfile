# syntax=docker/dockerfile:1
# One image for every command:
#   docker build -t logflow .
#   docker run -d -p 127.0.0.1:8000:8000 -v logflow:/var/lib/logflow -e LOGFLOW_ADMIN_PASSWORD logflow

FROM node:20-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No package needs its scripts, and the one of this package builds, which comes below.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY bin ./bin
COPY src ./src
COPY tools ./tools
RUN node tools/build.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20-slim
LABEL org.opencontainers.image.title="logflow" \
      org.opencontainers.image.description="Ship, process, search, tail and trace logs" \
      org.opencontainers.image.licenses="MIT"
# In a container other machines ask: logs are read by who signs in, unless api.public_reads says otherwise.
ENV NODE_ENV=production \
    LOGFLOW_DATA_DIR=/var/lib/logflow \
    LOGFLOW_API_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist/logflow.cjs /build/dist/screen.mjs ./dist/
COPY bin ./bin
COPY package.json oclif.manifest.json LICENSE ./
RUN ln -s /app/bin/run.js /usr/local/bin/logflow \
    && mkdir -p /var/lib/logflow \
    && chown node:node /var/lib/logflow
USER node
WORKDIR /var/lib/logflow
VOLUME /var/lib/logflow
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8000/health').then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/run.js"]
CMD ["up"]

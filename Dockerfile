# azproc's Go service: a static binary that runs as nobody. Envoy runs beside it, from its own image
# (docker-compose.yaml).
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /azproc ./cmd/azproc

FROM scratch
# Roots for calls to Entra ID; Envoy has its own.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /azproc /azproc
USER 65532:65532
ENTRYPOINT ["/azproc"]
CMD ["serve", "--config", "/etc/azproc/config.yaml", "--grpc", "0.0.0.0:4002", "--admin", "0.0.0.0:4001", "--listen", "0.0.0.0:4000"]

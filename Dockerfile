# Pavilion's image: one static binary, the certificates it checks Telegram, MongoDB and Postgres with, and PostgreSQL's client programs for
# `pavilion backup` and `pavilion restore`, not older than the server of compose.yaml; not root. Time zones are inside the binary. VERSION is what it calls itself: --build-arg VERSION=v1.2.3.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -buildvcs=false -trimpath -ldflags="-s -w -X pavilion/app.stamp=${VERSION}" -o /out/pavilion .

FROM alpine:3.22
RUN apk add --no-cache ca-certificates postgresql17-client
COPY --from=build /out/pavilion /pavilion
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["/pavilion"]
CMD ["serve"]

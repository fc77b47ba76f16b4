package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"

	"pavilion/storage"
)

// openTracing returns the trace provider, nil without a collector URL. Spans are sent in batches and dropped while the collector is down. A query's
// span has its SQL text and no values.
func openTracing(ctx context.Context, url string) (*trace.TracerProvider, error) {
	if url == "" {
		return nil, nil //nolint:nilnil // no traces are wanted
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimRight(url, "/")+"/v1/traces"))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(resource.NewSchemaless(semconv.ServiceName("pavilion"), semconv.ServiceVersion(version())))), nil
}

// queryTracer reports each query to metrics and traces.
func queryTracer(figures *storage.QueryTracer, traces *trace.TracerProvider) pgx.QueryTracer {
	if traces == nil {
		return figures
	}
	return multitracer.New(figures, otelpgx.NewTracer(otelpgx.WithTracerProvider(traces)))
}

const flushTimeout = 3 * time.Second

// flushTracing sends the last spans at the end.
func flushTracing(traces *trace.TracerProvider) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		if err := traces.Shutdown(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("traces: %w", err)
		}
		return nil
	}
}

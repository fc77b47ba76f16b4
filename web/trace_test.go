package web

import (
	"bytes"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestTraces_NameRoutesAndNotPaths(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	provider := trace.NewTracerProvider(trace.WithSpanProcessor(spans))
	b := setup(t, func(d *Deps, _ *Options) { d.Tracing = provider })
	token := b.signIn(someone()).AccessToken
	b.Do(request{Path: APIPath + "/things/12345", Token: token})
	b.stop() // a span ends after the answer is sent
	found := false
	for _, s := range spans.Ended() {
		found = found || s.Name() == "GET /api/v1/things/{id}"
		for _, a := range s.Attributes() {
			if bytes.Contains([]byte(a.Value.String()), []byte(token)) {
				t.Errorf("%s holds the token", a.Key)
			}
		}
	}
	if !found {
		t.Errorf("no span of the route among %d", len(spans.Ended()))
	}
}

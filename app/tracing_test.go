package app

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTracing_LastSpansAreSentAtTheEnd(t *testing.T) {
	t.Parallel()
	got := make(chan []byte, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		got <- body
	}))
	defer collector.Close()
	provider, err := openTracing(t.Context(), collector.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, span := provider.Tracer("test").Start(t.Context(), "hold net 4")
	span.End()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := flushTracing(provider)(ctx); err != nil {
		t.Fatal(err)
	}
	if body := <-got; !bytes.Contains(body, []byte("hold net 4")) || !bytes.Contains(body, []byte("pavilion")) {
		t.Errorf("%q", body)
	}
	if none, err := openTracing(t.Context(), ""); none != nil || err != nil {
		t.Errorf("without a collector: %v %v", none, err)
	}
}

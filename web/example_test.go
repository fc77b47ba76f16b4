package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pavilion/internal/fault"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/web"
)

// scores is a feature: its own small struct with what its handlers need.
type scores struct{ runs map[string]int }

// ScoreBody is a resource of the feature.
type ScoreBody struct {
	Player string `json:"player"`
	Runs   int    `json:"runs"`
}

var errNoPlayer = fault.New(fault.NotFound, "no_player")

func (s scores) addRoutes(api *web.API) {
	web.Add(api, web.Route{
		ID: "get-score", Method: http.MethodGet, Path: "/scores/{player}", Tag: "Scores", Summary: "A player's runs",
		Status: http.StatusOK, Public: true, Limit: web.Reads, Problems: []int{http.StatusNotFound},
	}, s.getScore)
}

type scoreIn struct {
	Player string `path:"player"`
}

func (s scores) getScore(_ context.Context, in *scoreIn) (*web.Body[ScoreBody], error) {
	runs, ok := s.runs[in.Player]
	if !ok {
		return nil, errNoPlayer
	}
	return &web.Body[ScoreBody]{Body: ScoreBody{in.Player, runs}}, nil
}

// A feature gets the API and adds its routes; the kit does sessions, limits, validation, problems and the description.
func ExampleAdd() {
	book, err := phrase.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	server, err := web.New(web.Deps{Metrics: prometheus.NewRegistry(), Latency: latency.New(time.Now), Texts: book}, web.Options{
		Limits: web.Limits{AddressPerSecond: 10, GlobalPerSecond: 100, Reads: 60, Writes: 20, SignIns: 10}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	scores{map[string]int{"asha": 52}}.addRoutes(web.NewAPI(server, nil, web.APIOptions{About: "Scores.", Version: "1"}))
	for _, path := range []string{"/api/v1/scores/asha", "/api/v1/scores/ravi"} {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil)) //nolint:noctx // nothing waits
		fmt.Println(w.Code, w.Header().Get("Content-Type"), w.Header().Get("RateLimit-Policy"))
	}
	// Output:
	// 200 application/json "read";q=600;w=60
	// 404 application/problem+json "read";q=600;w=60
}

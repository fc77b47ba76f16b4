package app

import (
	"runtime/debug"
	"testing"
)

func TestVersion_TheStampThenTheCheckoutThenDevel(t *testing.T) {
	t.Parallel()
	build := func(v string) *debug.BuildInfo { return &debug.BuildInfo{Main: debug.Module{Version: v}} }
	for name, c := range map[string]struct {
		stamp string
		info  *debug.BuildInfo
		want  string
	}{
		"stamped":       {"v1.2.3", build("v0.0.0-20261129-abc"), "v1.2.3"},
		"of a checkout": {"", build("v1.2.4-0.20261129104900-972f24b0c1d2+dirty"), "v1.2.4-0.20261129104900-972f24b0c1d2+dirty"},
		"without vcs":   {"", build("(devel)"), "devel"},
		"nothing known": {"", build(""), "devel"},
		"no build info": {"", nil, "devel"},
	} {
		if got := versionOf(c.stamp, c.info); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

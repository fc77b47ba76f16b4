package app_test

import (
	"bytes"
	"strings"
	"testing"

	"pavilion/app"
)

// environ writes settings as os.Environ does.
func environ(settings map[string]string) []string {
	var lines []string
	for name, value := range settings {
		lines = append(lines, name+"="+value)
	}
	return lines
}

func TestMain_AnswersWrongUseWithWhatToTypeInstead(t *testing.T) {
	t.Parallel()
	settings := map[string]string{
		"PAVILION_BOT_TOKEN": "1:secret", "PAVILION_API_ID": "1", "PAVILION_API_HASH": "hash", "PAVILION_REDIS_URL": "redis://localhost:1/0",
		"PAVILION_POSTGRES_URL": "postgres://localhost:1/x", "PAVILION_MONGO_URIS": "mongodb://localhost:1/x", "PAVILION_HTTP_ADDR": ":1",
	}
	for name, c := range map[string]struct {
		args     []string
		settings map[string]string
		code     int
		out, err string
	}{
		"help":            {[]string{"help"}, nil, 0, "pavilion migrate up", ""},
		"version":         {[]string{"version"}, nil, 0, "pavilion ", ""},
		"unknown command": {[]string{"serv"}, settings, 2, "", "pavilion serve"},
		"migrate alone":   {[]string{"migrate"}, settings, 2, "", "pavilion migrate status"},
		"unknown verb":    {[]string{"migrate", "sideways"}, settings, 1, "", "pavilion migrate status"},
		"health of none":  {[]string{"health"}, settings, 1, "", "no process of pavilion answers here"},
		"no settings":     {nil, nil, 2, "", "PAVILION_BOT_TOKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := app.Main(t.Context(), c.args, environ(c.settings), &stdout, &stderr)
			if code != c.code || !strings.Contains(stdout.String(), c.out) || !strings.Contains(stderr.String(), c.err) {
				t.Errorf("exit %d, want %d\nout, wanted %q:\n%s\nerr, wanted %q:\n%s", code, c.code, c.out, stdout.String(), c.err, stderr.String())
			}
		})
	}
}

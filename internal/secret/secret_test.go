package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pavilion/internal/secret"
)

func TestString_IsNeverPrinted(t *testing.T) {
	t.Parallel()
	const value = "12345:token"
	holder := struct{ Token secret.String }{secret.New(value)}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).LogAttrs(t.Context(), slog.LevelInfo, "loaded", slog.Any("token", holder.Token), slog.Any("config", holder))
	encoded, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	for how, printed := range map[string]string{
		"%v": fmt.Sprintf("%v", holder), "%+v": fmt.Sprintf("%+v", holder), "%#v": fmt.Sprintf("%#v", holder),
		"%s": fmt.Sprintf("%s", holder.Token), "%q": fmt.Sprintf("%q", holder.Token), "%x": fmt.Sprintf("%x", holder.Token), //nolint:staticcheck // the verbs are what is tested
		"json": string(encoded), "slog": log.String(),
	} {
		if strings.Contains(printed, value) || strings.Contains(printed, fmt.Sprintf("%x", value)) {
			t.Errorf("%s prints the secret: %s", how, printed)
		}
	}
	if holder.Token.Reveal() != value {
		t.Error("Reveal lost the value")
	}
}

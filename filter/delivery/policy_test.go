package delivery_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pavilion/filter/delivery"
)

func TestStrictest_ProtectionOfOneProtectsAllAndTheShortestTimeCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		policies []delivery.Policy
		want     delivery.Policy
	}{
		{"none", nil, delivery.Policy{}},
		{"one protects", []delivery.Policy{{}, {Protect: true}, {}}, delivery.Policy{Protect: true}},
		{"never is no time", []delivery.Policy{{DeleteAfter: time.Hour}, {}, {DeleteAfter: time.Minute}}, delivery.Policy{DeleteAfter: time.Minute}},
		{"never after a time", []delivery.Policy{{DeleteAfter: time.Minute}, {}}, delivery.Policy{DeleteAfter: time.Minute}},
		{"the last caption", []delivery.Policy{{Caption: "a"}, {Caption: "b"}, {}}, delivery.Policy{Caption: "b"}},
	} {
		if got := delivery.Strictest(c.policies...); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestSettings_AreBounded(t *testing.T) {
	t.Parallel()
	db, now := database(t), time.Now
	settings := delivery.NewSettings(db, now)
	old, version, err := settings.Read(t.Context())
	if err != nil || old.MostFiles < 1 {
		t.Fatalf("%+v, %v", old, err)
	}
	for name, bad := range map[string]delivery.Settings{
		"no file":        {},
		"too many files": {MostFiles: delivery.MostFiles + 1},
		"48 hours":       {MostFiles: 1, General: delivery.ChannelSettings{DeleteMinutes: 48 * 60}},
		"a field":        delivery.Settings{MostFiles: 1}.WithChannel(7, delivery.ChannelSettings{Caption: "{password}"}),
	} {
		if err := settings.Change(t.Context(), version, 1, bad); !errors.Is(err, delivery.ErrSettings) && !errors.Is(err, delivery.ErrCaption) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := delivery.Settings{MostFiles: 50, General: delivery.ChannelSettings{DeleteMinutes: 60}}.WithChannel(7, delivery.ChannelSettings{Protect: true, Caption: "{name}"})
	if err := settings.Change(t.Context(), version, 1, good); err != nil {
		t.Fatal(err)
	}
	got := settings.Get(t.Context())
	if p := got.Policy(7); p != (delivery.Policy{Protect: true, DeleteAfter: time.Hour, Caption: "{name}"}) {
		t.Errorf("the channel's policy: %+v", p)
	}
	if p := got.Policy(8); p != (delivery.Policy{DeleteAfter: time.Hour}) {
		t.Errorf("another channel's policy: %+v", p)
	}
	if left := got.WithChannel(7, delivery.ChannelSettings{}); len(left.Channels) != 0 {
		t.Errorf("a channel without settings: %+v", left)
	}
}

func TestCaption_KnowsItsFieldsOnly(t *testing.T) {
	t.Parallel()
	parts, err := delivery.ParseCaption("🎬 {name} · {size}\n{{club}} {caption}")
	want := []delivery.CaptionPart{{Text: "🎬 "}, {Field: "name"}, {Text: " · "}, {Field: "size"}, {Text: "\n{club} "}, {Field: "caption"}}
	if err != nil || len(parts) != len(want) {
		t.Fatalf("%+v, %v", parts, err)
	}
	for i := range want {
		if parts[i] != want[i] {
			t.Errorf("part %d: %+v, want %+v", i, parts[i], want[i])
		}
	}
	for _, bad := range []string{"{", "}", "{name", "name}", "{}", "{Name}", "{token}", "{{name}", "\xff", "a\x00b", strings.Repeat("ab", 301)} {
		if parts, err := delivery.ParseCaption(bad); !errors.Is(err, delivery.ErrCaption) {
			t.Errorf("%q: %+v, %v", bad, parts, err)
		}
	}
}

func FuzzParseCaption(f *testing.F) {
	f.Add("{name} · {size}")
	f.Add("{{}}{caption}")
	f.Fuzz(func(t *testing.T, template string) {
		parts, err := delivery.ParseCaption(template)
		if err != nil {
			return
		}
		var again strings.Builder
		for _, p := range parts {
			if p.Field != "" {
				again.WriteString("{" + p.Field + "}")
				continue
			}
			again.WriteString(strings.NewReplacer("{", "{{", "}", "}}").Replace(p.Text))
		}
		if again.String() != template {
			t.Fatalf("%q reads as %q", template, again.String())
		}
	})
}

package clubplan

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every text gives either a plan with times within two days, or an error with a text.
func FuzzRead(f *testing.F) {
	example, err := os.ReadFile("../../config/club.toml.example")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add("[[hours]]\ndays='mon-sun'\nopen='18:00-02:00'\n[[hours]]\n\topen = 5")
	f.Add("hours = [{days='mon'}]\nprice = 3")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Read(text)
		if err != nil {
			if err.Error() == "" {
				t.Error("a mistake without words")
			}
			return
		}
		for _, h := range p.Hours {
			for _, x := range h.Open {
				if x.From < 0 || x.To <= x.From || x.To > 2*24*60 {
					t.Errorf("%+v", x)
				}
			}
		}
	})
}

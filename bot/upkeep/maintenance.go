package upkeep

import (
	"context"
	"maps"
	"slices"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter/upkeep"
)

// The verbs of the buttons.
const (
	verbMaintenance = "mt"
	verbRunJob      = "mtr"
)

// maintenance is the screen of /maintenance.
type maintenance struct{ *Screens }

// HandleMaintenance answers /maintenance: the jobs with their last runs, and buttons that run them now.
func (s *Screens) HandleMaintenance(ctx context.Context, e *telegram.Event) error {
	reply, err := maintenance{s}.tapList(ctx, e, chat.ParseFields(""))
	if err != nil {
		return err
	}
	return s.send(ctx, e, reply)
}

func (s maintenance) tapList(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	jobs, err := s.Maintenance.States(ctx)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).maintenance(jobs), nil
}

func (s maintenance) tapRun(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	name := f.Next()
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	if err := s.Maintenance.RunNow(ctx, name); err != nil {
		return telegram.Reply{}, err
	}
	return s.tapList(ctx, e, chat.ParseFields(""))
}

func (d drawing) maintenance(jobs []upkeep.JobState) telegram.Reply {
	var lines []string
	var keyboard [][]telegram.Button
	for _, j := range jobs {
		name := d.in.Say("maintenance.job_" + j.Name)
		lines = append(lines, "", "• "+name)
		switch {
		case j.Running:
			lines = append(lines, d.in.Say("maintenance.running", d.moment(j.Started)))
		case j.Ended.IsZero():
			lines = append(lines, d.in.Say("maintenance.never"))
		case j.Error != "":
			lines = append(lines, d.in.Say("maintenance.failed", d.moment(j.Ended), d.reason(j.Error)))
		default:
			lines = append(lines, d.in.Say("maintenance.done", d.moment(j.Ended), d.jobFigures(j.Figures)))
		}
		if totals := d.jobFigures(j.Totals); totals != "" && j.Runs > 1 {
			lines = append(lines, d.in.Say("maintenance.totals", j.Runs, totals))
		}
		switch {
		case j.Running:
		case !j.Next.After(d.now):
			lines = append(lines, d.in.Say("maintenance.due"))
		default:
			lines = append(lines, d.in.Say("maintenance.next", d.moment(j.Next)))
		}
		keyboard = append(keyboard, []telegram.Button{d.button("▶️ "+name, verbRunJob+":"+j.Name)})
	}
	keyboard = append(keyboard, []telegram.Button{d.button(d.in.Say("upkeep.refresh"), verbMaintenance)})
	return d.page(d.in.Say("maintenance.title"), lines, keyboard...)
}

// reason is the sentence of an error's code, as far as it has one.
func (d drawing) reason(code string) string {
	if text := d.in.Error(code); text != "" {
		return text
	}
	return d.in.Say("maintenance.unknown_error")
}

func (d drawing) jobFigures(f upkeep.Figures) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		parts = append(parts, d.in.Say("maintenance.figure_"+name, f[name]))
	}
	return strings.Join(parts, ", ")
}

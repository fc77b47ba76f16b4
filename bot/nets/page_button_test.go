package nets

import (
	"testing"

	"pavilion/bot/telegram"
)

// The list of bookings leads to the page where there is one. Without it, and in groups, the keyboard is as before.
func TestPageButton_IsThereOnlyWithAPage(t *testing.T) {
	t.Parallel()
	in := loadPhrases(t).In("en")
	apps := func(page func(start string) string) (list []telegram.Button) {
		for _, row := range (myBookingsView{}).draw(drawing{in: in, owner: goldenOwner, page: page}).Keyboard {
			for _, b := range row {
				if b.App != "" {
					list = append(list, b)
				}
			}
		}
		return list
	}
	with := apps(func(start string) string { return "https://club.example/app/?startapp=" + start })
	if len(with) != 1 || with[0].App != "https://club.example/app/?startapp=m" {
		t.Errorf("with a page: %+v", with)
	}
	if without := append(apps(nil), apps(func(string) string { return "" })...); len(without) > 0 {
		t.Errorf("without: %+v", without)
	}
	k := new(keyboard)
	k.openPage(drawing{in: in, page: func(start string) string { return start }}, "Day", 7, "d20261203")
	if len(k.rows) != 1 || k.rows[0][0].App != "c7_d20261203" {
		t.Errorf("of a club: %+v", k.rows)
	}
}

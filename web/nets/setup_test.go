package nets

import (
	"maps"
	"net/http"
	"testing"

	"pavilion/booking"
	"pavilion/web"
)

// The page's set-up makes the club that the chat's questions and `pavilion club create` make.
func TestSetUp_MakesTheFirstClubOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	boss, member := b.signIn(adminID), b.signIn(someone())
	path := web.APIPath + "/clubs/set-up"
	body := map[string]any{
		"name": "Riverside", "time_zone": "Asia/Kolkata", "currency": "INR", "nets": []string{"Net 1", "North"}, "price_name": "Standard",
		"hours": []map[string]int{{"opens_minute": 360, "closes_minute": 720}, {"opens_minute": 960, "closes_minute": 1320}}, "member_minor": 30050, "guest_minor": 45000,
		"staff": []int64{4_200_000_001, adminID, 4_200_000_001},
	}
	b.put(http.MethodPost, member, path, body).Want(t, "a member", http.StatusForbidden, "forbidden")
	for field, wrong := range map[string]struct {
		value any
		code  string
	}{"time_zone": {"Asia/Nowhere", "time-zone"}, "currency": {"XXX", "currency"}, "nets": {[]string{"Net 1", "Net 1"}, "name"}, "hours": {[]map[string]int{{"opens_minute": 600, "closes_minute": 600}}, "hours"}} {
		bad := maps.Clone(body)
		bad[field] = wrong.value
		b.put(http.MethodPost, boss, path, bad).Want(t, field, http.StatusUnprocessableEntity, wrong.code)
	}
	var club ClubBody
	a := b.put(http.MethodPost, boss, path, body)
	a.Into(t, &club)
	if a.Status != http.StatusCreated || club.Name != "Riverside" || club.TimeZone != "Asia/Kolkata" || club.PaysOnline {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	b.put(http.MethodPost, boss, path, body).Want(t, "a second club", http.StatusConflict, "club-exists")
	o, err := b.booking.Overview(t.Context(), booking.Actor{Role: booking.Admin}, booking.ClubID(club.ID))
	if err != nil {
		t.Fatal(err)
	}
	roles := map[booking.MemberID]booking.Role{}
	for _, m := range o.Members {
		roles[m.Member] = m.Role
	}
	price := o.Prices[0]
	if len(o.Nets) != 2 || o.Nets[1].Name != "North" || len(o.Hours) != 14 || len(o.Prices) != 1 || price.Label != "Standard" || price.Member.Minor != 30050 || price.Guest.Minor != 45000 ||
		price.To != 1440 || price.Weekdays != [7]bool{true, true, true, true, true, true, true} ||
		!maps.Equal(roles, map[booking.MemberID]booking.Role{adminID: booking.Admin, 4_200_000_001: booking.Staff}) {
		t.Errorf("%+v, roles %v", o, roles)
	}
}

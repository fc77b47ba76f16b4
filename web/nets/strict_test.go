package nets

import (
	"net/http"
	"strings"
	"testing"

	"pavilion/booking"
)

// Validation and the decoder must read the same field: a name in another case is unknown, at every depth.
func TestBodies_NamesHaveTheirExactCase(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	long := strings.Repeat("x", 5000)
	for body, pointer := range map[string]string{
		`{"name":"ok","Name":"` + long + `","capacity":1,"active":true}`: "#/Name",
		`{"Name":"ok","capacity":1,"active":true}`:                       "#/Name",
	} {
		a := b.put(http.MethodPost, boss, c.path("/nets"), body)
		a.Want(t, "a net", 422, "validation")
		found := false
		for _, e := range a.Problem(t).Errors {
			found = found || e.Pointer == pointer
		}
		if !found {
			t.Errorf("%s is not named: %s", pointer, a.Body)
		}
	}
	hours := `{"items":[{"weekday":1,"opens_minute":0,"closes_minute":60,"Weekday":9}]}`
	b.put(http.MethodPut, boss, c.path("/hours"), hours).Want(t, "a name in a list", 422, "validation")
	b.Do(request{Path: c.path("/availability?from=%s&From=%s", c.day, c.day)}).Want(t, "a parameter in another case", 422, "validation")
	nets, err := b.booking.Nets(t.Context(), c.id)
	if err != nil || len(nets) != len(c.nets) {
		t.Errorf("%d nets, %v", len(nets), err)
	}
}

// null is in no schema of a request, and an operation without a body takes none.
func TestBodies_NullAndRubbishAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	booked := b.hold(member, c, c.slot("18:00", "19:00", c.nets[0]))
	for _, body := range []string{`null`, ` null `, `{"items":null}`, `{"items":[null]}`, `{"items":[]}x`, `{"items":[]}{}`} {
		b.put(http.MethodPut, boss, c.path("/hours"), body).Want(t, body, 400, "malformed")
	}
	hours, err := b.booking.Hours(t.Context(), c.id)
	if err != nil || len(hours) != 7 {
		t.Errorf("the hours are %v, %v", hours, err)
	}
	for _, body := range []string{`null`, `{"waive":null}`, `{"waive":false}]`} {
		b.act(member, c, booked.ID, "cancel", body).Want(t, body, 400, "malformed")
	}
	for _, body := range []string{`null`, `{"note":"x"}`, `rubbish`} {
		b.act(member, c, booked.ID, "confirm", body).Want(t, body, 400, "malformed")
	}
	a := b.act(member, c, booked.ID, "confirm", `{}`)
	a.Want(t, "an empty object", 200, "")
	var done BookingBody
	a.Into(t, &done)
	if done.State != string(booking.Confirmed) {
		t.Errorf("%+v", done)
	}
}

// What the server requires, clients that are generated from the description must send.
func TestDescription_RequiresTheIdempotencyKeyWhereTheServerDoes(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	var description struct {
		Paths map[string]map[string]struct {
			OperationID string
			Parameters  []struct {
				Name     string
				Required bool
			}
		}
	}
	b.Do(request{Path: "/api/openapi.json"}).Into(t, &description)
	keyed := 0
	for path, operations := range description.Paths {
		for method, o := range operations {
			for _, p := range o.Parameters {
				if p.Name != "Idempotency-Key" {
					continue
				}
				keyed++
				if !p.Required {
					t.Errorf("%s %s does not say that it needs a key", method, path)
				}
			}
		}
	}
	if keyed < 20 {
		t.Errorf("%d operations take a key", keyed)
	}
	b.Do(request{Method: http.MethodPost, Path: c.path("/nets"), Token: boss, Body: map[string]any{"name": "Ours", "capacity": 1, "active": true}}).Want(t, "without a key", 400, "idempotency-key")
}

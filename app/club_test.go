package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// clubTest runs `pavilion club` on a database of its own.
type clubTest struct {
	t        *testing.T
	db       *pgxpool.Pool
	settings []string
}

func newClubTest(t *testing.T) *clubTest {
	t.Helper()
	db, url := emptyDatabase(t)
	return &clubTest{t, db, []string{
		"PAVILION_BOT_TOKEN=1:secret", "PAVILION_API_ID=1", "PAVILION_API_HASH=hash", "PAVILION_REDIS_URL=redis://localhost:1/0",
		"PAVILION_POSTGRES_URL=" + url, "PAVILION_MONGO_URIS=mongodb://localhost:1/x",
	}}
}

// run runs the command and returns everything that it printed.
func (c *clubTest) run(code int, args ...string) string {
	c.t.Helper()
	var out bytes.Buffer
	if got := Main(c.t.Context(), append([]string{"club"}, args...), c.settings, &out, &out); got != code {
		c.t.Fatalf("%q: exit %d, want %d\n%s", args, got, code, out.String())
	}
	return out.String()
}

// prints runs the command and checks that it prints the lines. Spaces between columns are not compared.
func (c *clubTest) prints(args []string, lines ...string) {
	c.t.Helper()
	out := c.run(0, args...)
	printed := strings.Join(strings.Fields(out), " ")
	for _, line := range lines {
		if !strings.Contains(printed, line) {
			c.t.Errorf("%q prints no %q:\n%s", args, line, out)
		}
	}
}

func (c *clubTest) count(sql string) int {
	c.t.Helper()
	var n int
	if err := c.db.QueryRow(c.t.Context(), sql).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

func (c *clubTest) file(text string) string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), "club.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// `create` makes a club with four nets, hours, a price and two members of staff. The other subcommands change it.
func TestClub_OneCommandMakesAClubAndOthersChangeIt(t *testing.T) {
	t.Parallel()
	c := newClubTest(t)
	c.prints([]string{
		"create", "--name", "Riverside", "--zone", "Asia/Kolkata", "--currency", "INR", "--nets", "4", "--hours", "06:00-22:00", "--price", "300/450", "--staff", "11,12", "--admins", "13",
	}, "Riverside (club 1)", "Net 4", "every day all 06:00-22:00", "Standard all every day 00:00-24:00 300.00 INR 450.00 INR", "11 staff 12 staff 13 admin")
	if nets, staff := c.count(`SELECT count(*) FROM net`), c.count(`SELECT count(*) FROM club_member WHERE role = 'staff'`); nets != 4 || staff != 2 {
		t.Errorf("%d nets, %d of the staff", nets, staff)
	}
	if c.count(`SELECT count(*) FROM club_member WHERE member_id = 0`) != 0 {
		t.Error("the command itself has a role")
	}
	c.prints([]string{"nets", "--add", "Bowling lane", "--rename", "Net 1=North net", "--retire", "Net 4"}, "North net", "Bowling lane", "Net 4 6 retired")
	c.prints([]string{"nets", "--reopen", "Net 4"}, "Net 4 6 Bowling")
	c.prints([]string{"hours", "--days", "sat,sun", "07:00-12:00,", "16:00-01:00"}, "mon-fri all 06:00-22:00", "sat, sun all 07:00-12:00, 16:00-25:00")
	c.prints([]string{"hours", "--days", "sun", "closed"}, "mon-fri all 06:00-22:00 sat all 07:00-12:00, 16:00-25:00 PRICES")
	c.prints([]string{"hours", "--net", "Bowling lane", "08:00-20:00"}, "every day Bowling lane 08:00-20:00")
	c.prints([]string{"prices", "--name", "Evening", "--days", "mon-fri", "--hours", "17:00-22:00", "--price", "400.50/600"}, "Evening all mon-fri 17:00-22:00 400.50 INR 600.00 INR")
	c.prints([]string{"prices", "--name", "Evening", "--price", "500"}, "Evening all every day 00:00-24:00 500.00 INR 500.00 INR ROLES")
	c.prints([]string{"prices", "--name", "Evening", "--remove"}, "450.00 INR ROLES")
	c.prints([]string{"roles", "11=guest", "14=member"}, "11 guest 12 staff 13 admin 14 member")
	c.prints([]string{"show"}, "11 guest 12 staff", "free until 24h before, then 50 % of the price", "4 bookings ahead, 10h a week")
	many := []string{"roles"}
	for id := range 30 {
		many = append(many, strconv.Itoa(1000+id)+"=member")
	}
	c.prints(many, "12 staff 13 admin and 32 members and guests")
	if c.count(`SELECT count(*) FROM audit WHERE origin <> 'command'`) != 0 {
		t.Error("the audit does not say that a command made the changes")
	}
}

// A name that a club has is refused, so a command that is repeated from the shell's history changes no hours and no prices.
func TestClub_CreateLeavesAClubOfThatNameAsItIs(t *testing.T) {
	t.Parallel()
	c := newClubTest(t)
	create := []string{"create", "--name", "Riverside", "--zone", "Asia/Kolkata", "--currency", "INR", "--nets", "2", "--hours", "06:00-22:00", "--price"}
	c.run(0, append(create, "300/450")...)
	before, lines := c.run(0, "show"), c.count(`SELECT count(*) FROM audit`)
	if out := c.run(1, append(create, "1/1")...); !strings.Contains(out, `there is a club "Riverside" already; "pavilion club apply" changes it`) {
		t.Errorf("%s", out)
	}
	if after := c.run(0, "show"); after != before || c.count(`SELECT count(*) FROM audit`) != lines {
		t.Errorf("changed to\n%s\nfrom\n%s", after, before)
	}
}

// config/club.toml.example can be applied. Applying it again changes nothing and adds no audit line.
func TestClub_ApplyingAFileAgainChangesNothing(t *testing.T) {
	t.Parallel()
	c := newClubTest(t)
	const example = "../config/club.toml.example"
	c.prints([]string{"apply", example}, "Net 1 turf 6 lights", "sat, sun all 06:00-12:00, 15:00-23:00", "every day Net 4 08:00-20:00", "700000002 staff 700000003 staff")
	lines, first := c.count(`SELECT count(*) FROM audit`), c.run(0, "show")
	if again := c.run(0, "apply", example); again != first {
		t.Errorf("the second time:\n%s\nthe first time:\n%s", again, first)
	}
	if got := c.count(`SELECT count(*) FROM audit`); got != lines || c.count(`SELECT count(*) FROM club`) != 1 {
		t.Errorf("%d lines in the audit, there were %d", got, lines)
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	renamed := c.file(strings.Replace(string(text), `name = "Net 2"`, "name = \"South net\"\nwas = \"Net 2\"", 1))
	for range 2 {
		c.prints([]string{"apply", renamed}, "South net")
	}
	if got := c.count(`SELECT count(*) FROM net`); got != 4 {
		t.Errorf("%d nets after a net was renamed", got)
	}
}

// An error names the line and the field, and no part of the file is applied.
func TestClub_AMistakeNamesItsPlaceAndNothingIsHalfApplied(t *testing.T) {
	t.Parallel()
	c := newClubTest(t)
	const head = "name = 'R'\ntime_zone = 'Asia/Kolkata'\ncurrency = 'INR'\nstaff = [5]\n[[net]]\nname = 'A'\n[[hours]]\nopen = '06:00-22:00'\n"
	for text, want := range map[string]string{
		"name = 'R":                                      "line 1, name",
		"name = 'R'\ntime_zone = 'Mars'\n":               `line 2, time_zone: "Mars" is no time zone`,
		head + "[[hours]]\ndays='mun'\n[[hours]]\n":      `line 10, hours 2, days: "mun" is no day`,
		head + "[[hours]]\nnet='B'\nopen='06:00-07:00'":  `line 10, hours 2, net: there is no net "B"`,
		head + "[[hours]]\ndays='sun'\nopen='6-7'":       `line 11, hours 2, open: "6-7" is not a time`,
		head + "[[hours]]\ndays='sun'\nopen='5:00-7:00'": "line 11, hours 2, open: hours",
		head + "[[price]]\nname='P'\nmember='x'\n":       "line 11, price 1, member",
		head + "[[price]]\nmember=1\n":                   "line 9, price 1: price_rule",
		head + "[[price]]\nname='P'\nmember=1.005\n":     "line 11, price 1, member",
		head + "[[net]]\nname='B'\nwas='C'\n":            `line 11, net 2, was: there is no net "C"`,
		head + "[[net]]\nname='B'\nlights='yes'\n":       "line 9, net 2",
		head + "[[net]]\nname=' '\n":                     "line 9, net 2: net",
		head + "[policy]\ncancel_fee_percent = 101\n":    "settings",
		head + "[policy]\nfee = 1\n[[net]]\nnam='x'\n":   "there is no such field: policy.fee, net.nam",
		"name = 'R'\ncurrency = 'INR'\n":                 "a new club needs a time_zone and a currency",
		strings.Replace(head, "[5]", "[5, 5]", 1):        "staff: 5 is named twice",
		strings.Replace(head, "[5]", "[-5]", 1):          "staff: -5 is no Telegram user id",
		strings.Replace(head, "INR", "XAU", 1):           "use its three letters",
		strings.Replace(head, "name = 'R'", "", 1):       "a club needs a name",
	} {
		if out := c.run(1, "apply", c.file(text)); !strings.Contains(out, want) {
			t.Errorf("no %q for\n%s\n\n%s", want, text, out)
		}
		if got := c.count(`SELECT (SELECT count(*) FROM club) + (SELECT count(*) FROM audit)`); got != 0 {
			t.Fatalf("half applied:\n%s", text)
		}
	}
	c.run(0, "apply", c.file(head))
	for want, args := range map[string][]string{
		"There is no such club":                {"show", "--club", "X"},
		"A role is guest, member":              {"roles", "5=boss"},
		"user ids are numbers":                 {"roles", "asha=staff"},
		`there is no net "B"`:                  {"hours", "--net", "B", "06:00-07:00"},
		"is not a time like":                   {"hours", "six"},
		`there is no price "P"`:                {"prices", "--name", "P", "--remove"},
		"pavilion club roles":                  {"sideways"},
		"flag provided but not defined: -nett": {"hours", "--nett", "B", "06:00-07:00"},
		"no such file":                         {"apply", "nowhere.toml"},
		"prices in INR, which cannot change":   {"apply", c.file("name = 'R'\ncurrency = 'EUR'\n")},
	} {
		if out := c.run(1, args...); !strings.Contains(out, want) {
			t.Errorf("%q says no %q:\n%s", args, want, out)
		}
	}
	if out := c.run(0); !strings.Contains(out, "pavilion club apply FILE") {
		t.Errorf("without more:\n%s", out)
	}
	c.run(0, "create", "--name", "Second", "--zone", "Europe/London", "--currency", "GBP")
	if out := c.run(1, "show"); !strings.Contains(out, "--club NAME") {
		t.Errorf("of two clubs:\n%s", out)
	}
}

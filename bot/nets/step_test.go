package nets

import "testing"

// largest is an owner with as many digits as Telegram's ids have.
const largest = 8_000_000_000

func TestStep_TheLargestFitsAndIsReadBack(t *testing.T) {
	t.Parallel()
	for _, s := range []step{
		{Verb: stepClubs},
		{Verb: stepMonth, Club: 9999, Page: 2031*12 + 11, Booking: 1 << 40},
		{Verb: stepDay, Club: 9999, Day: 22_500, Page: 99, Booking: 1 << 40},
		{Verb: stepDayPart, Club: 9999, Day: 22_500, Choice: 2, Page: 99_999, Booking: 1 << 40},
		{Verb: stepSummary, Club: 9999, Net: 99_999, Minute: 32_000_000, Length: 1440, AddOns: addOns{9999, 9998, 9997, 9996}, Booking: 1 << 30},
		{Verb: stepHold, Club: 9999, Net: 99_999, Minute: 32_000_000, Length: 1440, AddOns: addOns{9999, 9998, 9997, 9996}},
		{Verb: stepMove, Club: 9999, Net: 99_999, Minute: 32_000_000, Length: 1440, Booking: 1 << 40, Version: 1 << 20},
		{Verb: stepSettings},
		{Verb: stepAddress, Choice: 2},
		{Verb: stepQuietHours, Quiet: quietTyped},
		{Verb: stepSetHours, Club: 9999, Net: 99_999, Weekday: everyWeekday, Opens: 1380, Closes: 1560},
		{Verb: stepTypePrice, Club: 9999, Choice: typeTimes, Rule: 1 << 40},
		{Verb: stepSetPriceNet, Club: 9999, Net: 99_999, Rule: 1 << 40},
		{Verb: stepAddClosure, Club: 9999, Net: 99_999, Day: 22_500, Choice: 2},
		{Verb: stepRemoveClosure, Club: 9999, Closure: 1 << 40},
		{Verb: stepStartClosing, Club: 9999, Minute: 32_000_000, Length: maxClosing, Value: maskAll, Conflict: 1 << 48, NoReason: true},
		{Verb: stepMoveSeries, Club: 9999, Net: 99_999, Minute: 32_000_000, Length: 1440, Booking: 1 << 40, Choice: seriesAllOthers, Version: 1 << 20, NoReason: true},
		{Verb: stepRefundPart, Booking: 1 << 40, Choice: 9, Refunded: 1 << 40, Amount: 1 << 40, NoReason: true},
		{Verb: stepChooseLanguage, Language: "pt-BR"},
		{Verb: stepChooseLanguage},
		{Verb: stepPickSetUp, Choice: setUpPrice, Value: maxNewPrice},
	} {
		d := s.data(largest)
		data, fits := d.Encode()
		again, err := parseStep(d.Payload)
		if !fits || err != nil || again != s {
			t.Errorf("%s (%d bytes) reads as %+v, %v; want %+v", data, len(data), again, err, s)
		}
	}
}

// Messages that were sent long ago carry these payloads, one for each verb. A line may be added and none may change.
func TestStep_OfOldMessages(t *testing.T) {
	t.Parallel()
	seen := map[verb]bool{}
	for payload, want := range map[string]step{
		"d:1:gqs:0:0":          {Verb: stepDay, Club: 1, Day: 21_700},
		"*:1":                  {Verb: stepFirstDays, Club: 1},
		"/:1:ftg:2:3:9":        {Verb: stepDayPart, Club: 1, Day: 20_500, Choice: 2, Page: 3, Booking: 9},
		"Q:-2":                 {Verb: stepQuietHours, Quiet: quietTyped},
		"2":                    {Verb: stepLanguages},
		"3:hi":                 {Verb: stepChooseLanguage, Language: "hi"},
		"3:":                   {Verb: stepChooseLanguage},
		"0:1:17c":              {Verb: stepRemoveClosure, Club: 1, Closure: 1560},
		"1:9":                  {Verb: stepGuests, Booking: 9},
		"A:9":                  {Verb: stepAudit, Booking: 9},
		"B:1:2:i1n2o:1o:17c":   {Verb: stepBlock, Club: 1, Net: 2, Minute: 30_309_648, Length: 60, Conflict: 1560},
		"C:3":                  {Verb: stepCode, Choice: 3},
		"D:3":                  {Verb: stepRemoveAddress, Choice: 3},
		"E:3":                  {Verb: stepAddress, Choice: 3},
		"F:3":                  {Verb: stepFirstChannel, Choice: 3},
		"G:1:2:ftg:3":          {Verb: stepAddClosure, Club: 1, Net: 2, Day: 20_500, Choice: 3},
		"H:1:2":                {Verb: stepHours, Club: 1, Net: 2},
		"I:1:2:ftg":            {Verb: stepClosureDay, Club: 1, Net: 2, Day: 20_500},
		"J:1:3":                {Verb: stepClosureMonth, Club: 1, Page: 3},
		"K:1":                  {Verb: stepClosures, Club: 1},
		"L:1:2:3:1o:17c":       {Verb: stepSetHours, Club: 1, Net: 2, Weekday: 3, Opens: 60, Closes: 1560},
		"M:1:2:17c":            {Verb: stepSetPriceNet, Club: 1, Net: 2, Rule: 1560},
		"N:1":                  {Verb: stepNets, Club: 1},
		"O:1:2:3":              {Verb: stepAskOpening, Club: 1, Net: 2, Weekday: 3},
		"P:1:2:3:1o":           {Verb: stepAskClosing, Club: 1, Net: 2, Weekday: 3, Opens: 60},
		"Q:17c":                {Verb: stepQuietHours, Quiet: 1560},
		"R:9:3:17c":            {Verb: stepRefund, Booking: 9, Choice: 3, Refunded: 1560},
		"S:1:2:3":              {Verb: stepSetClosed, Club: 1, Net: 2, Weekday: 3},
		"T":                    {Verb: stepSettings},
		"U:1:17c":              {Verb: stepRemovePrice, Club: 1, Rule: 1560},
		"V:1:3":                {Verb: stepPrices, Club: 1, Page: 3},
		"W:1:17c":              {Verb: stepPrice, Club: 1, Rule: 1560},
		"X:1:3:17c":            {Verb: stepTogglePriceDay, Club: 1, Weekday: 3, Rule: 1560},
		"Y:1:2:3":              {Verb: stepTypeHours, Club: 1, Net: 2, Weekday: 3},
		"Z:1:3:17c":            {Verb: stepTypePrice, Club: 1, Choice: 3, Rule: 1560},
		"a:1:ftg:3":            {Verb: stepDaySheet, Club: 1, Day: 20_500, Page: 3},
		"b:1:2:ftg":            {Verb: stepTypeClosure, Club: 1, Net: 2, Day: 20_500},
		"c:9":                  {Verb: stepAskCancel, Booking: 9},
		"d:1:ftg:3:9":          {Verb: stepDay, Club: 1, Day: 20_500, Booking: 9, Page: 3},
		"e:9":                  {Verb: stepExtend, Booking: 9},
		"f:9":                  {Verb: stepCalendarFile, Booking: 9},
		"g:9":                  {Verb: stepGiveUpHold, Booking: 9},
		"h:1:2:i1n2o:1o:5.6":   {Verb: stepHold, Club: 1, Net: 2, Minute: 30_309_648, Length: 60, AddOns: addOns{5, 6}},
		"i:3":                  {Verb: stepMyBookings, Page: 3},
		"j:4":                  {Verb: stepLeaveWaitlist, Wait: 4},
		"k:9":                  {Verb: stepConfirm, Booking: 9},
		"l":                    {Verb: stepClubs},
		"m:1:3:9":              {Verb: stepMonth, Club: 1, Booking: 9, Page: 3},
		"n:9":                  {Verb: stepNoShow, Booking: 9},
		"o:9":                  {Verb: stepMap, Booking: 9},
		"p:9:3":                {Verb: stepAskRefund, Booking: 9, Choice: 3},
		"q:9":                  {Verb: stepCheckIn, Booking: 9},
		"r:1:2:i1n2o:1o:9":     {Verb: stepMove, Club: 1, Net: 2, Minute: 30_309_648, Length: 60, Booking: 9},
		"s:9:3":                {Verb: stepPayAtDesk, Booking: 9, Choice: 3},
		"t:1:2:i1n2o:1o:5.6:9": {Verb: stepSummary, Club: 1, Net: 2, Minute: 30_309_648, Length: 60, AddOns: addOns{5, 6}, Booking: 9},
		"u":                    {Verb: stepWaitlist},
		"v:9":                  {Verb: stepBooking, Booking: 9},
		"w:1:2:i1n2o:1o":       {Verb: stepJoinWaitlist, Club: 1, Net: 2, Minute: 30_309_648, Length: 60},
		"x:1:2:i1n2o:9":        {Verb: stepTakenTime, Club: 1, Net: 2, Minute: 30_309_648, Booking: 9},
		"y:9:3":                {Verb: stepPay, Booking: 9, Choice: 3},
		"!:9":                  {Verb: stepUndoNoShow, Booking: 9},
		"&:9":                  {Verb: stepCancelFree, Booking: 9},
		"$:9:3:17c":            {Verb: stepTypeRefund, Booking: 9, Choice: 3, Refunded: 1560},
		"%:9:3:17c:3":          {Verb: stepRefundPart, Booking: 9, Choice: 3, Refunded: 1560, Amount: 3},
		"?:1:3":                {Verb: stepStranded, Club: 1, Page: 3},
		"[:9:1":                {Verb: stepAskEndSeries, Booking: 9, Choice: seriesAll},
		"]:9:1":                {Verb: stepEndSeries, Booking: 9, Choice: seriesAll},
		"]:9:1:7":              {Verb: stepEndSeries, Booking: 9, Choice: seriesAll, Version: 7},
		">:1:2:i1n2o:1o:9:2":   {Verb: stepMoveSeries, Club: 1, Net: 2, Minute: 30_309_648, Length: 60, Booking: 9, Choice: seriesFromHereOthers},
		">:1:2:i1n2o:1o:9:2:7": {Verb: stepMoveSeries, Club: 1, Net: 2, Minute: 30_309_648, Length: 60, Booking: 9, Choice: seriesFromHereOthers, Version: 7},
		"8:1:3":                {Verb: stepReviews, Club: 1, Page: 3},
		"9:1:17c":              {Verb: stepReview, Club: 1, Review: 1560},
		"^:1:17c:3":            {Verb: stepResolve, Club: 1, Review: 1560, Choice: int(confirmManualRefund)},
		"_:1:2:ftg":            {Verb: stepTypeClosing, Club: 1, Net: 2, Day: 20_500},
		"<:1:i1n2o:1o:5":       {Verb: stepPreviewClosing, Club: 1, Minute: 30_309_648, Length: 60, Value: 0b101},
		"}:1:i1n2o:1o:5:17c":   {Verb: stepStartClosing, Club: 1, Minute: 30_309_648, Length: 60, Value: 0b101, Conflict: 1560},
		"{:1:17c":              {Verb: stepClosing, Club: 1, Run: 1560},
		"@:1":                  {Verb: stepAskSheetHour, Club: 1},
		"=:1:1o":               {Verb: stepSetSheetHour, Club: 1, Opens: 60},
		"-:n:9":                {Verb: stepNoShow, Booking: 9, NoReason: true},
		"z:9":                  {Verb: stepCancel, Booking: 9},
		"z:9:17c":              {Verb: stepCancel, Booking: 9, Version: 1560},
		"1:9:17c":              {Verb: stepGuests, Booking: 9, Version: 1560},
		"k:9:17c":              {Verb: stepConfirm, Booking: 9, Version: 1560},
		"r:1:2:i1n2o:1o:9:17c": {Verb: stepMove, Club: 1, Net: 2, Minute: 30_309_648, Length: 60, Booking: 9, Version: 1560},
		"s:9:3:17c":            {Verb: stepPayAtDesk, Booking: 9, Choice: 3, Version: 1560},
		"#:1:2":                {Verb: stepNet, Club: 1, Net: 2},
		"4:1:2":                {Verb: stepTypeNet, Club: 1, Net: 2},
		"+:3":                  {Verb: stepSetUp, Choice: 3},
		"5:3:17c":              {Verb: stepPickSetUp, Choice: 3, Value: 1560},
		"6":                    {Verb: stepMakeClub},
		"7":                    {Verb: stepDropSetUp},
		"~:1":                  {Verb: stepBroadcasts, Choice: broadcastsOn},
	} {
		got, err := parseStep(payload)
		if err != nil || got != want {
			t.Errorf("%s reads as %+v, %v; want %+v", payload, got, err, want)
		}
		if again := want.data(0).Payload; again != payload {
			t.Errorf("%+v is written as %s, want %s", want, again, payload)
		}
		seen[got.Verb] = true
	}
	for letter := range 256 {
		if v := verb(letter); !seen[v] {
			if _, known := v.fields(); known {
				t.Errorf("the verb %q has no payload here", rune(letter))
			}
		}
	}
}

func FuzzParseStep(f *testing.F) {
	for _, s := range []string{"t:1:2:i1n2o:1o:5.6:0", "m:1:hzz:0", "L:1:2:7:60:k0", "Q:-2", "l", "3:hi", "3:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		s, err := parseStep(payload)
		if err != nil {
			return
		}
		if again, err := parseStep(s.data(0).Payload); err != nil || again != s {
			t.Fatalf("%q reads as %+v, and that as %+v, %v", payload, s, again, err)
		}
	})
}

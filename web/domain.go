package web

// domain adds the routes of booking.
func (a *routes) domain() {
	a.clubs()
	a.book()
	a.recur()
	a.waitlist()
	a.founding()
	a.administer()
	a.staffing()
	a.recall()
	a.payments()
}

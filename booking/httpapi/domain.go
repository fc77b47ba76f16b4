package httpapi

// domain adds the routes of booking.
func (a *routes) domain() {}

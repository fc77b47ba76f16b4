package browser

import (
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Point is a place in a tab, in pixels of its pages.
type Point struct{ X, Y float64 }

// DragFinger moves a finger over the tab, in some steps.
func (tab *Tab) DragFinger(from, to Point) {
	tab.t.Helper()
	const steps = 8
	tab.touch(input.DispatchTouchEventTypeTouchStart, from)
	for i := range steps {
		part := float64(i+1) / steps
		tab.touch(input.DispatchTouchEventTypeTouchMove, Point{from.X + part*(to.X-from.X), from.Y + part*(to.Y-from.Y)})
	}
	tab.touch(input.DispatchTouchEventTypeTouchEnd)
}

func (tab *Tab) touch(kind input.DispatchTouchEventType, at ...Point) {
	tab.t.Helper()
	points := []*input.TouchPoint{}
	for _, p := range at {
		points = append(points, &input.TouchPoint{X: p.X, Y: p.Y})
	}
	if _, err := chromedp.Call(tab.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points}); err != nil {
		tab.t.Fatal(err)
	}
}

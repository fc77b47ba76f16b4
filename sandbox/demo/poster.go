package main

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
)

// poster draws a ball over grass, in colours that depend on the name, as the frame of a video from which Telegram makes a thumbnail.
func poster(name string) []byte {
	const w, h, radius = 80, 45, 9
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(name)) // never fails
	made := sum.Sum(nil)
	sky, ball := color.RGBA{R: made[0], G: made[1], B: 200, A: 255}, color.RGBA{R: 200, G: made[2], B: 40, A: 255}
	grass := color.RGBA{R: 60, G: 140, B: 60, A: 255}
	atX, atY := radius+int(made[3])%(w-2*radius), h/2
	frame := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := sky
			switch dx, dy := x-atX, y-atY; {
			case dx*dx+dy*dy < radius*radius:
				c = ball
			case y > h*2/3:
				c = grass
			}
			frame.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, frame, nil); err != nil {
		return nil
	}
	return out.Bytes()
}

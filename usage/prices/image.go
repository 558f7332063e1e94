package prices

import (
	"cmp"
	"strconv"
	"strings"
)

// images charges images by the piece or by their pixels, with the entry of their
// quality and size where the model has such.
func (b *bill) images(m *Model) {
	i := b.usage.Images
	if i.Number <= 0 {
		return
	}
	width, height := cmp.Or(max(i.Width, 0), 1024), cmp.Or(max(i.Height, 0), 1024)
	each := bill{entry: b.entry, usage: b.usage}
	if e := m.size(i.Quality, width, height); e != nil {
		each.entry = e
	}
	switch {
	case each.entry.has(outputImage) || each.entry.has(inputImage):
		each.add(ImagesMade, outputImage, i.Number, inputImage)
	case each.entry.has(inputPixel) && width < maxSide && height < maxSide && i.Number < maxSide:
		each.add(ImagesMade, inputPixel, width*height*i.Number)
	default:
		each.cost.Unknown |= ImagesMade
	}
	b.cost.Amount = b.cost.Amount.Plus(each.cost.Amount)
	b.cost.Unknown |= each.cost.Unknown
}

// maxSide keeps the product of two sides and a number in 63 bits.
const maxSide = 1 << 20

// size finds the entry of a quality and a size; nil is none.
func (m *Model) size(quality string, width, height int64) *Entry {
	quality = strings.ToLower(quality)
	if quality == "" || quality == "auto" {
		quality = "standard"
	}
	return m.sizes[quality+"/"+strconv.FormatInt(width, 10)+"x"+strconv.FormatInt(height, 10)]
}

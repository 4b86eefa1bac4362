package io.kernelweave.decode;

import org.jspecify.annotations.Nullable;

/**
 * A place in a text in the making, and the way to move it byte by byte. The text itself is kept, because what may follow a
 * key or an item can depend on what it was.
 */
final class Cursor {
    /** Where values begin that must be remembered, innermost first. */
    record Marks(int start, @Nullable Marks outer) {}

    Zone zone;
    /** The place inside the zone. */
    long at;
    /** Where the innermost string or number begins in the text. */
    int mark;

    @Nullable
    Marks marks;
    /** Whether it only matters what may follow, so that one key may stand for others of its kind. */
    boolean scouting;

    byte[] text;
    int length;

    Cursor(Zone zone) {
        this.zone = zone;
        this.at = zone.begin();
        this.text = new byte[256];
    }

    Cursor(Cursor other) {
        this.zone = other.zone;
        this.at = other.at;
        this.mark = other.mark;
        this.marks = other.marks;
        this.text = other.text.clone();
        this.length = other.length;
    }

    /** Moves over a byte (0 to 255); if it is not allowed, false, and only {@link #restore} makes the cursor usable again. */
    boolean step(int b) {
        if (length == text.length) {
            text = java.util.Arrays.copyOf(text, 2 * length);
        }
        text[length] = (byte) b;
        while (true) {
            long next = zone.next(at, b);
            if (next >= 0) {
                at = next;
                length++;
                return true;
            }
            if (next == Zone.DEAD) {
                return false;
            }
            if (next == Zone.LEAVE) {
                length++;
                return zone.leave(this, b);
            }
            if (!zone.leave(this, b)) {
                return false;
            }
        }
    }

    /** Writes a byte of the text without moving. */
    void put(int place, int b) {
        if (place >= text.length) {
            text = java.util.Arrays.copyOf(text, 2 * place);
        }
        text[place] = (byte) b;
    }

    void enter(Zone next) {
        zone = next;
        at = next.begin();
    }

    /** Goes back to where {@code other} is, of which this one is a later state or a copy. */
    void restore(Zone zone, long at, int mark, @Nullable Marks marks, int length) {
        this.zone = zone;
        this.at = at;
        this.mark = mark;
        this.marks = marks;
        this.length = length;
    }

    /** The string between {@link #mark} and the quote that was just read. */
    String string() {
        return Text.decode(text, mark, length - 1);
    }
}

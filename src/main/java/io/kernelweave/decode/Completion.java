package io.kernelweave.decode;

/** The bytes that complete a text, with which a cursor moves as they are written. */
final class Completion extends Bytes {
    final Cursor cursor;

    Completion(Cursor cursor) {
        this.cursor = cursor;
    }

    @Override
    Bytes add(int b) {
        if (!cursor.step(b & 0xFF)) {
            throw new IllegalStateException("a completion is allowed: " + cursor.zone.expected(cursor.at));
        }
        return super.add(b);
    }

    @Override
    Bytes add(byte[] more, int from) {
        for (int i = from; i < more.length; i++) {
            add(more[i]);
        }
        return this;
    }
}

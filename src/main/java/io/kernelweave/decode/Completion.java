package io.kernelweave.decode;

/** The bytes that complete a text, with which a cursor moves as they are written. */
final class Completion extends Bytes {
    final Cursor cursor;
    private final Runnable beforeMove;

    Completion(Cursor cursor, Runnable beforeMove) {
        this.cursor = cursor;
        this.beforeMove = beforeMove;
    }

    @Override
    Bytes add(int b) {
        beforeMove.run();
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

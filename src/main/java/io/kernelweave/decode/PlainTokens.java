package io.kernelweave.decode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The tokens of a vocabulary that may stand between two characters of some text: they begin well-formed UTF-8. */
final class PlainTokens {
    private static final Map<TokenVocabulary, PlainTokens> SHARED = Collections.synchronizedMap(new WeakHashMap<>());

    final int size;
    /** All tokens, for places inside a character. */
    final TokenTrie all;

    final TokenTrie plain;
    /** Of {@link #plain}. */
    final TokenTrie.Below below;

    static PlainTokens of(TokenVocabulary vocabulary) {
        return SHARED.computeIfAbsent(vocabulary, PlainTokens::new);
    }

    private PlainTokens(TokenVocabulary vocabulary) {
        VocabularyIndex index = VocabularyIndex.of(vocabulary);
        List<Integer> tokens = new ArrayList<>();
        for (int token : index.all.tokens) {
            if (beginsCharacters(vocabulary.bytes(token))) {
                tokens.add(token);
            }
        }
        this.size = index.size;
        this.all = index.all;
        this.plain = TokenTrie.of(vocabulary, tokens);
        this.below = new TokenTrie.Below(plain);
    }

    private static boolean beginsCharacters(byte[] bytes) {
        int begun = 0;
        for (byte b : bytes) {
            if (begun == 0) {
                begun = b >= 0 ? 0 : Utf8.begin(b & 0xFF);
            } else if (Utf8.left(begun) > 1) {
                begun = Utf8.goOn(begun, b & 0xFF);
            } else {
                begun = Math.min(0, Utf8.last(begun, b & 0xFF));
            }
            if (begun == Utf8.MALFORMED) {
                return false;
            }
        }
        return true;
    }
}

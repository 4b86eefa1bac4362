package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenVocabulariesTest {
    @Test
    void thePublishedVocabulariesHaveTheirPublishedIds() {
        TokenVocabulary o200k = TokenVocabularies.o200kBase();
        assertThat(o200k.size()).isEqualTo(200_019);
        assertThat(o200k.encode("hello world")).containsExactly(24912, 2375);
        assertThat(o200k.isSpecial(199_999)).isTrue();
        assertThat(o200k.isSpecial(199_998)).isTrue();
        assertThat(o200k.isSpecial(199_997)).isFalse();
        TokenVocabulary cl100k = TokenVocabularies.cl100kBase();
        assertThat(cl100k.size()).isEqualTo(100_277);
        assertThat(cl100k.encode("hello world")).containsExactly(15339, 1917);
        assertThat(cl100k.isSpecial(100_256)).isTrue();
        assertThat(cl100k.isSpecial(100_255)).isFalse();
    }

    @Test
    void textSurvivesEncodingAndSpecialTextIsOrdinary() {
        for (TokenVocabulary vocabulary : List.of(TokenVocabularies.o200kBase(), TokenVocabularies.cl100kBase())) {
            for (String text : List.of("", "{\"a\":\"é漢字😀\\n\"}", "<|endoftext|>", "a\r\n\tb   c")) {
                int[] tokens = vocabulary.encode(text);
                assertThat(vocabulary.decode(tokens)).isEqualTo(text);
                for (int token : tokens) {
                    assertThat(vocabulary.isSpecial(token)).isFalse();
                }
            }
        }
    }

    @Test
    void theTrieFindsEveryTokenByItsBytes() {
        for (TokenVocabulary vocabulary : List.of(TokenVocabularies.cl100kBase(), new SmallVocabulary())) {
            TokenTrie trie = VocabularyIndex.of(vocabulary).all;
            int found = 0;
            for (int token = 0; token < vocabulary.size(); token++) {
                if (!vocabulary.isSpecial(token)) {
                    int node = trie.find(vocabulary.bytes(token));
                    boolean there = false;
                    for (int i = trie.from[node]; i < trie.from[node + 1]; i++) {
                        there |= trie.tokens[i] == token;
                    }
                    assertThat(there).as("token %d", token).isTrue();
                    found++;
                }
            }
            assertThat(found).isEqualTo(trie.tokens.length);
        }
    }

    @Test
    void longestTokensSpellTheBytesAgain() {
        byte[] bytes = "{\"severity\":\"low\"} é😀\u0000".getBytes(StandardCharsets.UTF_8);
        int[] tokens = VocabularyIndex.of(TokenVocabularies.o200kBase()).all.longestTokens(bytes);
        assertThat(TokenVocabularies.o200kBase().decode(tokens).getBytes(StandardCharsets.UTF_8))
                .isEqualTo(bytes);
    }
}

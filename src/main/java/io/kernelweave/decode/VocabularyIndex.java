package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.Regex;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.stream.IntStream;

/**
 * What masks need to know of a vocabulary, made once for each and shared: the trie of all tokens, and what tokens do inside a
 * JSON string in which every character is allowed. Most stay inside it, whatever the string; the others close it, and what
 * they may be depends on the bytes after the quote alone.
 */
final class VocabularyIndex {
    private static final Map<TokenVocabulary, VocabularyIndex> SHARED =
            Collections.synchronizedMap(new WeakHashMap<>());

    final int size;
    final TokenTrie all;
    /** Whether characters that need no escape are not escaped, by index 0 and 1; else any escape is inside a string. */
    private final Strings[] strings = new Strings[2];
    /** All tokens that are not special. */
    final AllowedTokens ordinary;

    /** @throws InputException if some byte has no token of its own, so that not every text could be written */
    static VocabularyIndex of(TokenVocabulary vocabulary) {
        return SHARED.computeIfAbsent(vocabulary, VocabularyIndex::new);
    }

    Strings strings(boolean canonical) {
        return strings[canonical ? 1 : 0];
    }

    /** What tokens do between two characters of a string in which every character is allowed. */
    static final class Strings {
        /** Those that stay inside. */
        final AllowedTokens inside;
        /** {@code plain[n]}: those of at most n whole characters without an escape. */
        final AllowedTokens[] plain;
        /** The same, to be walked. */
        final TokenTrie staying;

        final TokenTrie.Below below;
        /** Those that close the string. */
        final TokenTrie leaving;
        /** Those that stay inside but are not plain: with an escape, or a character in part. */
        final TokenTrie crooked;
        /** The most characters that a token which stays inside writes, the last perhaps in part. */
        final int reach;
        /** What may stand after the quote that closes the string, for tokens without an escape before it. */
        final TokenTrie endings;
        /** For each ending the tokens, by how many characters stand before the quote, few first. */
        final int[][] tokens;

        final int[][] before;
        /** Tokens with an escape before the quote that closes the string. */
        final TokenTrie crookedEndings;

        private Strings(TokenVocabulary vocabulary, boolean canonical, int[] usable) {
            Regex regex = new Regex();
            Text any = new Text(new Languages(Automaton.of(regex, regex.everything())), canonical);
            int size = vocabulary.size();
            TokenMask stays = new TokenMask(size);
            List<List<Integer>> byLength = new ArrayList<>();
            List<Integer> bent = new ArrayList<>();
            List<Integer> bentEndings = new ArrayList<>();
            List<Integer> stayingTokens = new ArrayList<>();
            List<Integer> leavingTokens = new ArrayList<>();
            Map<String, List<int[]>> closing = new LinkedHashMap<>();
            int furthest = 0;
            for (int token : usable) {
                byte[] bytes = vocabulary.bytes(token);
                long at = Text.after(any.characters().start());
                boolean plain = true;
                int characters = 0;
                int i = 0;
                for (; i < bytes.length && at >= 0; i++) {
                    plain &= bytes[i] != '\\';
                    at = any.next(at, bytes[i] & 0xFF);
                    characters += at >= 0 && any.betweenCharacters(at) >= 0 ? 1 : 0;
                }
                if (at == Text.CLOSED) {
                    leavingTokens.add(token);
                    if (plain) {
                        String ending =
                                new String(bytes, i, bytes.length - i, java.nio.charset.StandardCharsets.ISO_8859_1);
                        closing.computeIfAbsent(ending, e -> new ArrayList<>()).add(new int[] {characters, token});
                    } else {
                        bentEndings.add(token);
                    }
                } else if (at >= 0) {
                    stays.set(token);
                    stayingTokens.add(token);
                    boolean whole = any.betweenCharacters(at) >= 0;
                    furthest = Math.max(furthest, characters + (whole ? 0 : 1));
                    if (plain && whole) {
                        while (byLength.size() <= characters) {
                            byLength.add(new ArrayList<>());
                        }
                        byLength.get(characters).add(token);
                    } else {
                        bent.add(token);
                    }
                }
            }
            this.inside = AllowedTokens.of(stays);
            this.reach = furthest;
            this.staying = TokenTrie.of(vocabulary, stayingTokens);
            this.below = new TokenTrie.Below(staying);
            this.leaving = TokenTrie.of(vocabulary, leavingTokens);
            this.crooked = TokenTrie.of(vocabulary, bent);
            this.crookedEndings = TokenTrie.of(vocabulary, bentEndings);
            this.plain = new AllowedTokens[Math.max(1, byLength.size())];
            TokenMask upTo = new TokenMask(size);
            for (int length = 0; length < plain.length; length++) {
                if (length < byLength.size()) {
                    byLength.get(length).forEach(upTo::set);
                }
                plain[length] = AllowedTokens.of(upTo);
            }
            byte[][] endingBytes = new byte[closing.size()][];
            this.tokens = new int[closing.size()][];
            this.before = new int[closing.size()][];
            int next = 0;
            for (Map.Entry<String, List<int[]>> ending : closing.entrySet()) {
                endingBytes[next] = ending.getKey().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
                ending.getValue().sort((a, b) -> Integer.compare(a[0], b[0]));
                tokens[next] =
                        ending.getValue().stream().mapToInt(pair -> pair[1]).toArray();
                before[next] =
                        ending.getValue().stream().mapToInt(pair -> pair[0]).toArray();
                next++;
            }
            this.endings = new TokenTrie(
                    endingBytes, IntStream.range(0, endingBytes.length).toArray());
        }
    }

    private VocabularyIndex(TokenVocabulary vocabulary) {
        this.size = vocabulary.size();
        boolean[] single = new boolean[256];
        TokenMask usual = new TokenMask(size);
        int[] usable = IntStream.range(0, size)
                .filter(token -> vocabulary.bytes(token).length > 0 && !vocabulary.isSpecial(token))
                .toArray();
        for (int token : usable) {
            byte[] bytes = vocabulary.bytes(token);
            usual.set(token);
            if (bytes.length == 1) {
                single[bytes[0] & 0xFF] = true;
            }
        }
        for (int b = 0; b < 256; b++) {
            if (!single[b]) {
                throw InputException.at(
                        "vocabulary " + vocabulary.name(),
                        "byte " + b + " has no token of its own",
                        "use a byte-level vocabulary");
            }
        }
        this.all = new TokenTrie(
                IntStream.range(0, size).mapToObj(vocabulary::bytes).toArray(byte[][]::new), usable);
        this.ordinary = AllowedTokens.of(usual);
        this.strings[0] = new Strings(vocabulary, false, usable);
        this.strings[1] = new Strings(vocabulary, true, usable);
    }
}

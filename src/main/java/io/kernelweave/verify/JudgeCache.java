package io.kernelweave.verify;

import io.kernelweave.json.Digest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A judge that answers the same question once: answers are kept by the digest of the judge's identity and the question,
 * which holds all that the judge sees. The least recently used are forgotten beyond a bound; what failed is not kept.
 */
public final class JudgeCache implements Judge {
    private final Judge judge;
    private final Map<String, String> answers;

    /** @param size how many answers are kept */
    public JudgeCache(Judge judge, int size) {
        this.judge = judge;
        this.answers = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                return size() > size;
            }
        };
    }

    @Override
    public String identity() {
        return judge.identity();
    }

    @Override
    public String answer(String question) {
        String key = Digest.of(judge.identity() + "\n" + question);
        synchronized (answers) {
            String known = answers.get(key);
            if (known != null) {
                return known;
            }
        }
        String answer = judge.answer(question);
        synchronized (answers) {
            answers.put(key, answer);
        }
        return answer;
    }
}

package io.kernelweave.model;

import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.decode.Decoded;
import io.kernelweave.decode.Decoder;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.json.Digest;
import io.kernelweave.verify.Judge;

/**
 * A language model as a judge. It answers without a mask: a mask would make a verdict of whatever it has to say, and what is
 * no verdict should be seen to be none.
 */
public final class ModelJudge implements Judge {
    private final LanguageModel model;
    private final TokenVocabulary vocabulary;
    private final DecodeSettings settings;

    /** @param settings how it answers; the seed too, so that the same question has the same answer */
    public ModelJudge(LanguageModel model, TokenVocabulary vocabulary, DecodeSettings settings) {
        this.model = model;
        this.vocabulary = vocabulary;
        this.settings = settings;
    }

    @Override
    public String identity() {
        return model.identity() + "/" + Digest.of(settings.toString()).substring(0, 8);
    }

    /** @throws IllegalStateException if the model does not do what a prompt says, or does not come to an end */
    @Override
    public String answer(String question) {
        if (!model.followsInstructions()) {
            throw new IllegalStateException(model.identity() + " goes on from a text and answers no questions");
        }
        try (LanguageModel.Session session = model.open(question, settings.seed())) {
            Decoded decoded = Decoder.free(session, vocabulary, settings, vocabulary.endToken());
            if (!decoded.complete()) {
                throw new IllegalStateException("the answer has no end within " + settings.maxTokens() + " tokens");
            }
            return decoded.text();
        }
    }
}

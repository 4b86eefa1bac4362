package io.kernelweave.route;

import io.kernelweave.route.RouterAdapter.Bin;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Corrects what an adapter's probabilities are worth by what became of the answers, on the logit scale: P' = σ(intercept + slope
 * · logit P), and never above P.
 *
 * <p>An answer passes if the kernel was right and the model did its part: chance of a pass = P' · skill of the model with that
 * kernel. Who is to blame for a failure is guessed in turn with the three (expectation maximisation, Dempster, Laird and Rubin 1977): failures
 * that come as often at any probability are the model's, those that come where the router was less sure are the router's. The
 * adapter's own calibration is the prior, worth {@value #PRIOR} clusters (power prior, Ibrahim and Chen 2000). Only a correction
 * that a likelihood-ratio test at 5 % supports is made.
 *
 * <p>A pass is a proxy of a right route, and prompts below the threshold have no feedback at all: so a correction only lowers
 * probabilities. The threshold's number stays, which makes it stricter. The bound is withdrawn: what speaks for a correction speaks
 * against clusters that are like those of the calibration. See docs/decisions/0008.
 *
 * @param adapter the corrected one, or the one given if nothing was corrected
 * @param corrected whether anything was corrected
 * @param clusters with feedback
 * @param skill share of rightly routed answers that pass, as estimated, mean of the clusters
 * @param evidence the likelihood-ratio statistic, about χ² with two degrees of freedom if nothing is wrong
 */
public record Recalibration(
        RouterAdapter adapter,
        boolean corrected,
        int clusters,
        double intercept,
        double slope,
        double skill,
        double evidence) {
    private static final double PRIOR = 100;

    /** Clusters that a kernel's skill is doubted by, in favour of all kernels' skill. */
    private static final double DOUBT = 4;

    /** 95 % quantile of χ² with two degrees of freedom. */
    private static final double ENOUGH = 5.991;

    /** The least change of a probability that is worth another adapter. */
    private static final double STEP = 0.01;

    private static final int ROUNDS = 100;
    private static final double LARGEST_SKILL = 1 - 1e-6;

    /** What is fitted together. */
    private static final class Fit {
        private final List<Feedback> feedback;
        private final double[] weights; // each cluster counts once
        private final double[] skills;
        private double intercept;
        private double slope = 1;

        Fit(List<Feedback> feedback, double[] weights) {
            this.feedback = feedback;
            this.weights = weights;
            this.skills = new double[feedback.size()];
            java.util.Arrays.fill(skills, 0.5);
        }

        double fits(int i) {
            return corrected(feedback.get(i).probability());
        }

        double corrected(double probability) {
            return LogisticModel.sigmoid(intercept + slope * LogisticModel.logit(probability));
        }

        /** How likely the kernel was right, now that the answer is known. */
        double blameless(int i) {
            double fits = fits(i);
            return feedback.get(i).accepted() ? 1 : fits * (1 - skills[i]) / (1 - fits * skills[i]);
        }

        Fit run(List<Bin> prior, boolean correcting) {
            for (int round = 0; round < ROUNDS; round++) {
                double[] blameless = new double[weights.length];
                for (int i = 0; i < blameless.length; i++) {
                    blameless[i] = blameless(i);
                }
                learnSkills(blameless);
                if (correcting) {
                    step(prior, blameless);
                }
            }
            return this;
        }

        private void learnSkills(double[] blameless) {
            Map<String, double[]> sums = new TreeMap<>();
            double passed = 1;
            double right = 1;
            for (int i = 0; i < blameless.length; i++) {
                double pass = feedback.get(i).accepted() ? weights[i] : 0;
                double[] sum = sums.computeIfAbsent(feedback.get(i).kernelId(), kernel -> new double[2]);
                sum[0] += pass;
                sum[1] += weights[i] * blameless[i];
                passed += pass;
                right += weights[i] * blameless[i];
            }
            for (int i = 0; i < blameless.length; i++) {
                double[] sum = sums.getOrDefault(feedback.get(i).kernelId(), new double[2]);
                skills[i] = Math.min(LARGEST_SKILL, (sum[0] + DOUBT * passed / right) / (sum[1] + DOUBT));
            }
        }

        /** One Newton step of a logistic regression on blame and prior. */
        private void step(List<Bin> prior, double[] blameless) {
            double[] sums = new double[5]; // gradient of intercept and slope; curvature of both, and between them
            int prompts = prior.stream().mapToInt(Bin::prompts).sum();
            for (Bin bin : prior) {
                add(sums, bin.stated(), bin.stated(), PRIOR * bin.prompts() / prompts);
            }
            for (int i = 0; i < blameless.length; i++) {
                add(sums, feedback.get(i).probability(), blameless[i], weights[i]);
            }
            double determinant = sums[2] * sums[4] - sums[3] * sums[3];
            if (determinant > 1e-12) {
                double byIntercept = (sums[4] * sums[0] - sums[3] * sums[1]) / determinant;
                double bySlope = (sums[2] * sums[1] - sums[3] * sums[0]) / determinant;
                double damping = Math.min(1, 1 / Math.max(1e-9, Math.max(Math.abs(byIntercept), Math.abs(bySlope))));
                intercept -= damping * byIntercept;
                slope = Math.max(0, slope - damping * bySlope);
            }
        }

        private void add(double[] sums, double probability, double right, double weight) {
            double x = LogisticModel.logit(probability);
            double p = corrected(probability);
            double curvature = weight * p * (1 - p);
            sums[0] += weight * (p - right);
            sums[1] += weight * (p - right) * x;
            sums[2] += curvature;
            sums[3] += curvature * x;
            sums[4] += curvature * x * x;
        }

        double logLikelihood() {
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                double pass = fits(i) * skills[i];
                sum += weights[i] * StrictMath.log(feedback.get(i).accepted() ? pass : 1 - pass);
            }
            return sum;
        }
    }

    /**
     * Corrects a trained adapter.
     *
     * @param feedback on decisions of this very adapter; others' probabilities say nothing of its own
     */
    public static Recalibration of(RouterAdapter adapter, List<Feedback> feedback) {
        Map<String, Integer> sizes = new TreeMap<>();
        feedback.forEach(one -> sizes.merge(one.clusterId(), 1, Integer::sum));
        if (feedback.isEmpty() || adapter.curve().isEmpty()) {
            return new Recalibration(adapter, false, sizes.size(), 0, 1, 1, 0);
        }
        double[] weights = feedback.stream()
                .mapToDouble(one -> 1.0 / sizes.getOrDefault(one.clusterId(), 1))
                .toArray();
        Fit as = new Fit(feedback, weights).run(adapter.curve(), false);
        Fit fit = new Fit(feedback, weights).run(adapter.curve(), true);
        double evidence = LogisticModel.round(Math.max(0, 2 * (fit.logLikelihood() - as.logLikelihood())));
        double skill = 0;
        for (int i = 0; i < weights.length; i++) {
            skill += weights[i] * fit.skills[i] / sizes.size();
        }
        RouterAdapter result = evidence > ENOUGH ? corrected(adapter, fit) : adapter;
        return new Recalibration(
                result,
                result != adapter,
                sizes.size(),
                LogisticModel.round(fit.intercept),
                LogisticModel.round(fit.slope),
                LogisticModel.round(skill),
                evidence);
    }

    private static RouterAdapter corrected(RouterAdapter adapter, Fit fit) {
        Calibration before = adapter.calibration();
        Calibration after = before.then(fit::corrected);
        double lowered = 0;
        for (double p = adapter.threshold(); p <= 1; p += STEP) {
            lowered = Math.max(lowered, p - fit.corrected(p));
        }
        if (lowered < STEP) {
            return adapter; // of what is routed, nothing is less likely than it was stated
        }
        Profile profile = adapter.profile();
        return adapter.recalibrated(
                after,
                profile == null
                        ? null
                        : new Profile(
                                profile.probability().moved(p -> after.of(before.inverse(p))), profile.similarity()));
    }

    /** What was concluded, one line. */
    public String says() {
        return String.format(
                Locale.ROOT,
                "feedback of %d clusters: %s (skill of the model %.2f, intercept %+.2f, slope %.2f, χ² = %.1f)",
                clusters,
                corrected
                        ? "probabilities corrected downwards, nothing is certified until it is trained anew"
                        : "nothing corrected",
                skill,
                intercept,
                slope,
                evidence);
    }
}

<#ftl output_format="Markdown">
<#import "frame.ftl" as frame>
<#macro kernels lines>
| asks for | prompts | right before | right after | most wrong before | most wrong after |
|---|---:|---:|---:|---|---|
<#list lines as line>
| ${line.name} | ${line.rows} | ${line.before} | ${line.after} | ${line.wrongBefore} | ${line.wrongAfter} |
</#list>
</#macro>
<#macro weights lines>
| feature | what it is | logits |
|---|---|---:|
<#list lines as line>
| ${code(line.name)} | ${line.words} | ${line.value} |
</#list>
</#macro>
# Router training ${run}: ${verdict}

<#list reasons as reason>
- ${reason}
</#list>
<#if baseline?has_content>

Compared with ${code(baseline)}.
</#if>

## What to know first

<#list findings as finding>
- ${finding}
</#list>

The router learned from the ${splits} of data set ${code(data.name())} and is judged on ${prompts} prompts in ${clusters} clusters of split
${code(data.split())}, of which it has seen none; ${data.kernels()} kernels. Intervals are 95 % over clusters (prompts that share an origin).

## What training bought

*Untrained* is the same router with kernel text alone and weights set by hand; *trained* has the adapter.

| | untrained | trained | difference |
|---|---|---|---|
<#list headline as line>
| ${line.title} | ${line.untrained} | ${line.trained} | ${line.gain} |
</#list>

Differences are paired by prompt. An error is certified on a random half of the clusters and coverage measured on the other, 200 times; its
interval is the middle 95 % of the halves.

![What routing more prompts costs](../plots/coverage.svg)

## The guarantee

${guarantee}

It takes for granted that ${assumption}. Prompts that a kernel fits, prompts that none fits and prompts whose kernels were hidden are bounded apart, by exact
binomial bounds over clusters, on scores of models that had not seen them (Learn-then-Test).
<#if fastTier?has_content>

${fastTier}
</#if>

| error certified | at the threshold | routed, of prompts that a kernel fits | wrong, of routed prompts |
|---|---|---:|---:|
<#list levels as level>
| at most ${level.error} | ${level.threshold} | ${level.coverage} | ${level.judged} |
</#list>

The last two columns, as the figure above, are of the ${data.split()} split without compositions, each kind of prompt weighed as the traffic is stated to be.

## Is a stated probability what it turns out to be?

![Stated and observed probability](../plots/reliability.svg)

Each kind of prompt weighs what it is stated to be of the traffic (no kernel fits ${noKernel} of it), because that is what probabilities are fitted
for; ${judgedNoKernel} of the prompts of the split are such.

<#if calibration == "none">
No calibration did better, on prompts that it had not seen, than the probabilities as they are: with and without, they are the same.
<#else>
Calibrated by ${(calibration == "platt")?then("Platt's method", "isotonic regression")}, which did best on prompts that it had not seen.
</#if>

## What decides

Which kernel is picked: what adds most to the lead of the likeliest kernel over the next, on average over the prompts, in logits.

<@weights pick/>

Whether it fits: what moves the logit of the probability most from prompt to prompt (standard deviation; a minus speaks against the kernel where the
number is high).

<@weights fit/>

## Kernels that gained most

<#if gained?has_content>
<@kernels gained/>
<#else>
None.
</#if>

## Kernels that lost

<#if lost?has_content>
<@kernels lost/>
<#else>
None.
</#if>

## Confusions

Those that changed most, then those that are most frequent.

<#if confusions?has_content>
| asks for | routed to | before | after | for example |
|---|---|---:|---:|---|
<#list confusions as line>
| ${line.label} | ${line.decided} | ${line.before} | ${line.after} | ${line.example} |
</#list>
<#else>
None: every decision is the label's.
</#if>
<#if errors?has_content>

## Errors

| error | rows | for example |
|---|---:|---|
<#list errors as line>
| ${line.message} | ${line.rows} | ${line.example} |
</#list>
</#if>

## The adapter

${code("inputs/router.json")} in the run's folder, form ${card.version()}; ${code("inputs/router-card.json")} has its digests, figures and calibration curve. ${code("kernelweave route")} finds
it for just these kernels as ${code(card.savedAs())} in its state folder, until a job trains another for them.

| | |
|---|---|
| adapter, SHA-256 | ${code(card.adapter())} |
| data set, SHA-256 | ${code(card.datasetDigest())} |
| labelled prompts, SHA-256 | ${code(card.promptsDigest())} |
| kernels, SHA-256 | ${code(card.storeDigest())} |
| encoders | ${encoders} |
<#list learned as line>
| ${line.title} | ${line.value} |
</#list>
| training | ${trainedIn}, wall time of the machine below, with what it had to embed |

## Method

- Clusters are dealt into folds; heads, models, calibration and threshold rest on scores of prompts whose fold the scoring model had not seen.
- AUROC and calibration error are means of a figure of each prompt (placements; signed gaps), so that their intervals know clusters.
- A prompt that raised an error counts as the wrong decision that it could get.
- ${code("results/*.parquet")} holds every row; this report is computed from them and the adapter's card alone.

<@frame.reproduce again="trains and routes everything again" measured="Measured"/>

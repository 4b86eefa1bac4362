<#ftl output_format="Markdown">
<#import "frame.ftl" as frame>
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
# Benchmark ${run}: ${verdict}

<#list reasons as reason>
- ${reason}
</#list>
<#if baseline?has_content>

Compared with ${code(baseline)}.
</#if>

## What to know first

<#list findings as finding>
- ${finding?no_esc}
</#list>

${prompts} prompts in ${clusters} clusters from split ${code(data.split())} of data set ${code(data.name())}, ${data.kernels()} kernels, ${arms?size} arms.
Intervals are 95 % over clusters (prompts that share an origin); a share is one of all prompts, or "of n".

![Verification pass rate by arm](../plots/arms.svg)

## Headline

| |<#list arms as arm> ${arm.name} |</#list>
|---|<#list arms as arm>---|</#list>
<#list headline as line>
| ${line.title} |<@row line.cells/>
</#list>

<#list arms as arm>
- **${arm.name}**: ${arm.description}
</#list>

A verdict is that of the *label's* kernel, whatever the arm believed. UNKNOWN is the verdict of rows that no kernel fits: they have no contract, and they
count as not passed. Schema validity is measured on answers given as a kernel's in the arms with a mask, and on rows whose label names
a kernel in the others.
<#if recordedGate>

## The gate on recorded answers

Among rows that were routed to the labelled kernel: <#if brokenRejected == "–">there are no planted failures<#else>
planted failures rejected with the broken condition named: **${brokenRejected}**</#if>; good answers accepted: **${goodAccepted}**.
</#if>

## By target

Verification pass rate.

| target | rows |<#list arms as arm> ${arm.name} |</#list>
|---|---:|<#list arms as arm>---|</#list>
<#list targets as line>
| ${line.name} | ${line.rows} |<@row line.cells/>
</#list>

## By kernel

Arm ${code(main)}: decisions that are right, answers accepted at the first attempt, answers given by a kernel in the end, and the verification pass rate.

| kernel | rows | routed right | accepted at once | kernel reused | passes |
|---|---:|---:|---:|---:|---:|
<#list kernels as line>
| ${line.name} | ${line.rows} | ${line.right} | ${line.first} | ${line.reused} | ${line.passes} |
</#list>
<#if folded?has_content>

These are the ${kernels?size} with most rows that went to the wrong kernel or do not pass, of ${folded?size}.

<details><summary>All ${folded?size}, by name</summary>

| kernel | rows | routed right | accepted at once | kernel reused | passes |
|---|---:|---:|---:|---:|---:|
<#list folded as line>
| ${line.name} | ${line.rows} | ${line.right} | ${line.first} | ${line.reused} | ${line.passes} |
</#list>

</details>
</#if>

<#if kinds?has_content>
## Prompts that no kernel fits

Abstentions by kind. A near miss uses the words of a kernel and asks for something else, another task is what else people ask, nonsense is no
question at all. "Sent to": the kernels that ${code(main)} took most often all the same.

| kind | rows | clusters |<#list arms as arm> ${arm.name} |</#list> sent to |
|---|---:|---:|<#list arms as arm>---|</#list>---|
<#list kinds as line>
| ${line.name} | ${line.rows} | ${line.clusters} |<@row line.cells/> ${line.wrong} |
</#list>

</#if>
<#if intents?has_content>
## Intents

| | | |
|---|---|---:|
<#list intents as line>
| ${code(line.name)} | ${line.title} | ${line.value} |
</#list>

An error is certified on a random half of the clusters (Learn-then-Test, exact binomial bounds for prompts that a kernel fits and prompts that
none fits apart, confidence 90 %) and measured on the other half, 200 times. It holds as long as prompts to come are exchangeable with those.

</#if>
<#if drift??>
## Guarantee and drift

${drift.guarantee}

**${drift.says}**

<#if drift.findings?has_content>
| metric | share of clusters | seen | allowed | p | drift |
|---|---|---:|---:|---:|---|
<#list drift.findings as line>
| ${code(line.name)} | ${line.title} | ${line.seen} | ${line.allowed} | ${line.p} | ${line.drifted} |
</#list>

Each is over clusters; p is adjusted for their number (Holm), and there is drift where it is at most 5 %. The share that may be anything is in what is
allowed: prompts without a kernel in the first, errors within the bound in the second.

</#if>
</#if>
<#if trend??>
## From run to run

${trend.steps} runs of this job over the same data since ${code(trend.since)}. **${trend.verdict}**

| metric | change since then | evidence of a slow loss |
|---|---:|---:|
<#list trend.lines as line>
| ${code(line.metric)} | ${line.change} | ${line.evidence} |
</#list>

Evidence of ${trend.enough} is enough: it bets at each run that a cluster's change is rather down than up, and reaches that number by chance
with probability 5 % at most, however often one looks. A slow loss is one with that evidence that is also more than the margin of one run.

</#if>
## Routing confusions

<#if confusions?has_content>
| the prompt asks for | routed to | rows | clusters | for example |
|---|---|---:|---:|---|
<#list confusions as line>
| ${line.label} | ${line.decided} | ${line.rows} | ${line.clusters} | ${line.example} |
</#list>
<#if confusionsLeft?has_content>

${confusionsLeft}
</#if>
<#else>
None: every decision is the label's.
</#if>

Times are in [latency.md](latency.md): they belong to the machine and the day, and everything here to the rows alone.

## What fails

Conditions that the final answers of ${code(main)} break most often.

<#if conditions?has_content>
| kernel | condition | rows | for example |
|---|---|---:|---|
<#list conditions as line>
| ${line.kernel} | ${line.condition} | ${line.rows} | ${code(line.reason)} |
</#list>
<#if conditionsLeft?has_content>

${conditionsLeft}
</#if>
<#else>
None.
</#if>

## Worst rows

Furthest from their contract, one a cluster; "score" is the share of error conditions that pass.

<#if worst?has_content>
| row | asks for | routed to | path | score | why | prompt |
|---|---|---|---|---:|---|---|
<#list worst as line>
| ${line.row} | ${line.kernel} | ${line.decided} | ${line.path} | ${line.score} | ${line.reason} | ${line.prompt} |
</#list>
<#else>
None: every row passes.
</#if>

## Errors

<#if errors?has_content>
| error | rows | for example |
|---|---:|---|
<#list errors as line>
| ${line.message} | ${line.rows} | ${line.example} |
</#list>
<#else>
None: every row of every arm was answered.
</#if>

## Method

- Replay: each prompt is answered in every arm with the same seed; the router's first masked answer is the same in ${code("router")} and ${code("router+gate")}.
- Router: fitted on the train and validation splits; thresholds come from prompts that the scoring model had not seen (${code("router.json")} has the figures).
- Proportions are ratios of cluster sums with a linearised variance and Student's t; where all clusters agree, an exact binomial interval over clusters.
- Paired differences are summed by cluster; an error counts as a failure and stays in every denominator.
- ${code("results/*.parquet")} holds every row; this report is computed from them alone.

<@frame.reproduce again="replays everything and compares" measured="Measured"/>

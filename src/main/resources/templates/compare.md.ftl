<#ftl output_format="Markdown">
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
# ${candidate} against ${baseline}: ${verdict}

<#list views as view>
- <#if view.contracts?has_content>By the contracts of ${code(view.contracts)}: </#if>**${view.verdict}**. ${view.reason}.
</#list>

## Metrics

<#list views as view>
<#if view.contracts?has_content>
### By the contracts of ${code(view.contracts)}

</#if>
<#if view.lines?has_content>
| metric | verdict | baseline | candidate | difference | margin | rows better, worse | rows / clusters | p of a loss | smallest loss seen | clusters for the margin |
|---|---|---:|---:|---|---:|---|---:|---:|---:|---:|
<#list view.lines as line>
| ${code(line.metric)} | ${line.verdict} | ${line.baseline} | ${line.candidate} | ${line.difference} | ${line.margin} | ${line.moved} | ${line.rows} | ${line.p} | ${line.smallest} | ${line.needed} |
</#list>
<#else>
Nothing was compared.
</#if>

</#list>
Rows are paired and their differences summed by cluster. p is that of the one-sided sign-flip test, adjusted for the number of metrics (Holm). FAIL: a loss that
is no accident (p of 5 % at most) and not shown to be within the margin. PASS: the 95 % interval of the difference keeps to the margin, and so does
a test that knows how little rows that rarely differ tell. "Smallest loss seen" is what such a run shows in four of five tries, "clusters for the
margin" how many it takes to keep to the margin in four of five tries if nothing is lost.

<#if answers>
<#if changed?has_content>
## Contracts

Changed: ${changed}. Answers that pass, by the contracts of either run:

| arm | rows | baseline's answers, its own contracts | … the candidate's contracts | candidate's answers, the baseline's contracts | … its own contracts |
|---|---:|---:|---:|---:|---:|
<#list passes as line>
| ${line.arm()} | ${line.rows()} | ${line.baselineByBaseline()} | ${line.baselineByCandidate()} | ${line.candidateByBaseline()} | ${line.candidateByCandidate()} |
</#list>
<#if redacted gt 0>

${redacted} rows of the candidate had secrets taken out of them; they keep their verdict.
</#if>

</#if>
## Why rows flipped

<#if charges?has_content>
| | rows |<#list stages as stage> ${stage} |</#list>
|---|---:|<#list stages as stage>---:|</#list>
<#list charges as line>
| ${line.arm} | ${line.rows} |<@row line.cells/>
</#list>

Each row that flipped is walked again with the baseline's output of one stage (router's decision, decoder's texts, gate's verdicts) in place of the
candidate's. The first stage that alone brings the baseline's outcome back is charged. "contract": the answer is judged otherwise because its contract
changed; "together": no stage alone; "unexplained": an exchange that the rows do not hold and that could not be computed.

Charges rest on: ${bases}.
<#if obstacle?has_content>
No prompt was answered again: ${obstacle}.
</#if>

### Rows

<#if flipped gt flips?size>The first ${flips?size} of ${flipped}; ${code("flips.csv")} has all.

</#if>
| row | arm | asks for | | charged to | why |
|---|---|---|---|---|---|
<#list flips as line>
| ${line.row} | ${line.arm} | ${line.kernel} | ${line.moved} | ${line.charge} | ${line.why} |
</#list>
<#else>
No row flipped.
</#if>

## Times

<#if ratios?has_content>
Times are compared only between arms of one run, where each prompt is answered in all arms one right after the other. Geometric means:

| | baseline | candidate |
|---|---|---|
<#list ratios as line>
| ${code(line.name)} | ${line.baseline} | ${line.candidate} |
</#list>

<#else>
Times of different runs are not compared.

</#if>
</#if>
## What differs

| part of the fingerprint | baseline | candidate | |
|---|---|---|---|
<#list fingerprint as line>
| ${line.part} | ${code(line.baseline)} | ${code(line.candidate)} | ${line.differs} |
</#list>
<#if settings?has_content>

| setting | baseline | candidate |
|---|---|---|
<#list settings as line>
| ${line.name} | ${line.baseline} | ${line.candidate} |
</#list>
</#if>

${fence("./kernelweave compare " + baseline + " " + candidate + "   # renders this page again", "")}

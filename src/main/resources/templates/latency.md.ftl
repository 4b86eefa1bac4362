<#ftl output_format="Markdown">
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
# Latency of ${run}

<#if all>
All ${rows} rows were answered in this run.
<#elseif !any>
This run answered no row itself: it took all ${rows} over from an earlier run, whose report has their times.
<#else>
${measured} of ${rows} rows were answered in this run, and the times are theirs. It took the others over from an earlier run, whose report has their times.
</#if>
<#if any>

Milliseconds a row, p50 / p90 / p99, wall clock, all attempts together; mask (with sampling) and model are parts of decode. Partitions run in parallel on the machine named
below, so these are not the times of an idle one.

![Median time by stage](../plots/latency.svg)

| arm | route | decode | mask | model | gate | total |
|---|---|---|---|---|---|---|
<#list latency as line>
| ${line.arm} |<@row line.cells/>
</#list>
<#if ratios?has_content>

Total time of ${code("router+gate")} over that of another arm, as a factor (geometric mean of the rows' ratios): ${ratios?no_esc}. Each row is answered in all arms
one right after the other, beginning with another arm each time, so these compare; times of different runs do not.
</#if>
</#if>

Measured on: <#list environment as name, value>${name} ${value}<#sep>, </#list>.

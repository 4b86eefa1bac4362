<#ftl output_format="Markdown">
<#-- What the report on a comparison and its summary share. -->
<#macro opening>
# ${candidate} against ${baseline}: ${verdict}

<#list views as view>
<#if view.contracts?has_content>
By the contracts of ${code(view.contracts)}:

</#if>
<#if view.reason?has_content>
- **${view.verdict}**: ${view.reason}.
</#if>
<#list view.lines as line>
- **${line.verdict}** ${code(line.metric)}: ${line.baseline} → ${line.candidate}, ${line.difference}: ${line.says}.
</#list>

</#list>
## What to know first

<#list findings as finding>
- ${finding}
</#list>
</#macro>
<#macro judged>
<#list views as view>
<#if view.lines?has_content>
### Judged<#if view.contracts?has_content>, by the contracts of ${code(view.contracts)}</#if>

| metric | verdict | levels | Δ with 95 % interval | margin | better, worse | p (Holm) |
|---|---|---|---|---:|---|---:|
<#list view.lines as line>
| ${code(line.metric)} | ${line.verdict} | ${line.baseline}&nbsp;→ ${line.candidate} | ${line.difference} | ${line.margin} | ${line.moved} | ${line.p} |
</#list>

What such runs can see:

| metric | rows / clusters | smallest loss seen | clusters for the margin |
|---|---:|---:|---:|
<#list view.lines as line>
| ${code(line.metric)} | ${line.rows} | ${line.smallest} | ${line.needed} |
</#list>

</#if>
</#list>
</#macro>
<#macro told>
<#if figures?has_content>
### Told, not judged

| metric | | levels | Δ with 95 % interval | better, worse | rows / clusters | p (Holm) |
|---|---|---|---|---|---:|---:|
<#list figures as line>
| ${code(line.metric)} | <#if line.stands>**${line.word}**<#else>${line.word}</#if> | ${line.baseline}&nbsp;→ ${line.candidate} | ${line.difference} | ${line.moved} | ${line.rows} | ${line.p} |
</#list>

</#if>
<#if quiet gt 0>
Of ${quiet}<#if figures?has_content> other</#if> figure<#if quiet != 1>s</#if> no row differs.

</#if>
</#macro>
